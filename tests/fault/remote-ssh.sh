#!/bin/sh
# What remote.sh does, to the program that serves at the other end of ssh:
# killed, its disk failing or full, at every system call (a sample).
SIDE=far
FAULT_POINTS=${FAULT_POINTS:-16}
. "$(dirname "$0")/remote.sh"

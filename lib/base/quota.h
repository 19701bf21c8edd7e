/*
 * base/quota.h - the processors that a control group lets this process use,
 * which containers and services are given less of than the machine has.
 */
#ifndef BASE_QUOTA_H
#define BASE_QUOTA_H

/*
 * The least quota of the process' group and of those above it, rounded up to
 * whole processors; 0 when there is none.  `self` is its list of groups
 * (/proc/self/cgroup), `root` where they are mounted (/sys/fs/cgroup): of
 * version 2 itself, of version 1 the folders cpu and cpu,cpuacct below it.
 */
int quota_cpus(const char *self, const char *root);

#endif

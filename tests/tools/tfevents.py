# Event files as TensorBoard writes them, put together by hand: tb/a/train
# below the current folder.
import os, struct, sys

def crc(data):
    c = 0xffffffff
    for byte in data:
        c ^= byte
        for _ in range(8):
            c = (c >> 1) ^ (0x82f63b78 if c & 1 else 0)
    c ^= 0xffffffff
    return struct.pack('<I', (((c >> 15) | (c << 17)) + 0xa282ead8) & 0xffffffff)

def varint(n):
    out = b''
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])

def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data

def record(f, seconds, step, value):
    event = b'\x09' + struct.pack('<d', seconds) + b'\x10' + varint(step)
    event += field(5, field(1, value))
    head = struct.pack('<Q', len(event))
    f.write(head + crc(head) + event + crc(event))

def scalar(tag, x):
    return field(1, tag) + b'\x15' + struct.pack('<f', x)

def tensor(tag, x):
    return field(1, tag) + field(8, b'\x08\x01' + field(5, struct.pack('<f', x)))

def hparams(pairs):
    info = b''.join(field(1, field(1, k) + field(2, v)) for k, v in pairs)
    data = field(2, field(3, info))
    return field(1, b'_hparams_/session_start_info') + field(9, field(1, field(1, b'hparams') + data))

os.makedirs('tb/a/train')
with open('tb/a/train/events.out.tfevents.1', 'wb') as f:
    record(f, 1700000000.5, 0, scalar(b'loss', 0.5))
    record(f, 1700000001.5, 1, scalar(b'loss', 0.25))
    record(f, 1700000002.5, 1, tensor(b'acc', 0.75))
    record(f, 1700000003.5, 0, hparams([(b'lr', b'\x11' + struct.pack('<d', 0.1)),
        (b'opt', field(3, b'adam')), (b'bn', b'\x20\x01')]))

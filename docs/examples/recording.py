#!/usr/bin/env python3
"""Reads the values of one metric of one object out of a recording, with SQLite and zstd alone. docs/recording.md explains it.

    python3 docs/examples/recording.py site.bvr gpu.temp_celsius 100
"""
import array, ctypes, sqlite3, struct, sys

zstd = ctypes.CDLL("libzstd.so.1")
zstd.ZSTD_decompress.restype = ctypes.c_size_t

TABLE = []
for value in range(256):
    for _ in range(8):
        value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    TABLE.append(value)


def crc32c(data, crc=0):
    crc ^= 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def row_check(*fields):
    """Of the fields of a row: numbers as eight bytes, texts and blobs with their length before them."""
    data = b""
    for field in fields:
        if isinstance(field, float):
            data += struct.pack("<d", field)
        elif isinstance(field, int):
            data += struct.pack("<q", field)
        else:
            field = field.encode() if isinstance(field, str) else field
            data += struct.pack("<q", len(field)) + field
    return crc32c(data)


def unpack_plane(kept, unpacked, size):
    if unpacked:
        return kept
    if len(kept) <= 1:
        return (kept or b"\0") * size
    out = ctypes.create_string_buffer(size)
    if zstd.ZSTD_decompress(out, size, kept, len(kept)) != size:
        raise ValueError("damaged")
    return out.raw


def unzigzag(value):
    return value >> 1 ^ -(value & 1)


def unpack_block(data):
    """[(time_ns, array of raw values)] of a block."""
    crc, series, objects, ticks, version, base_mode, mode, frame_ticks, base, _, size, interval_ns = struct.unpack_from("<IIIHBBBBBBIq", data)
    if version != 2 or size != len(data) or crc32c(data[4:]) != crc:
        raise ValueError("damaged")
    times = struct.unpack_from(f"<{ticks}q", data, 32)
    frames = [1]  # how many ticks each frame holds: the base by itself, then frame_ticks each of the others
    while sum(frames) < ticks:
        frames.append(min(frame_ticks, ticks - sum(frames)))
    sizes = struct.unpack_from(f"<{2 * len(frames)}H", data, 32 + 8 * ticks)
    at = 32 + 8 * ticks + 4 * len(frames)
    rows = [None] * ticks
    others = [tick for tick in range(ticks) if tick != base]
    for frame, count in enumerate(frames):
        planes = []
        for plane in (0, 1):  # low bytes, then high bytes
            kept = sizes[2 * frame + plane]
            length = count * objects if kept == 0xFFFF else kept
            planes.append(unpack_plane(data[at:at + length], kept == 0xFFFF, count * objects))
            at += length
        for tick in range(count):
            packed = [low | high << 8 for low, high in zip(*(p[tick * objects:(tick + 1) * objects] for p in planes))]
            how = base_mode if frame == 0 else mode  # 0 values, 1 along objects, 2 along ticks, 3 along both, 4 from the base
            if how:
                packed = [unzigzag(value) for value in packed]
            if how in (1, 3):
                for i in range(1, objects):
                    packed[i] += packed[i - 1]
            rows[base if frame == 0 else others.pop(0)] = packed
    for tick in [*range(base + 1, ticks), *range(base - 1, -1, -1)]:  # outwards from the base
        if mode >= 2:
            source = rows[base if mode == 4 else tick - 1 if tick > base else tick + 1]
            rows[tick] = [value + other for value, other in zip(rows[tick], source)]
    return [(time_ns, array.array("H", (value & 0xFFFF for value in row))) for time_ns, row in zip(times, rows)]


def history(database, metric, index):
    object_class, name = metric.split(".")
    for series, first, scale, offset in database.execute(
            "select s.id, s.first, m.scale, m.offset from series s join metric m on m.id = s.metric "
            "where m.class = ? and m.name = ? and ? between s.first and s.first + s.count - 1", (object_class, name, index)).fetchall():
        for data, in database.execute("select data from block where series = ? order by begin_ns", (series,)):
            for time_ns, values in unpack_block(data):
                raw = values[index - first]
                yield time_ns, None if raw == 0xFFFF else offset + scale * raw


if __name__ == "__main__":
    for time_ns, value in history(sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True), sys.argv[2], int(sys.argv[3])):
        print(time_ns, "" if value is None else f"{value:.8g}", sep=",")

#!/usr/bin/env python3
"""The least publisher: drives the 64 GPUs of small.toml over one PUB socket. docs/protocol.md explains every field.

    apt install python3-zmq python3-flatbuffers flatbuffers-compiler
    python3 docs/examples/publisher.py tcp://127.0.0.1:5600 &
    belvedere tcp://127.0.0.1:5600
"""
import array, hashlib, math, pathlib, subprocess, sys, tempfile, time
import flatbuffers, zmq

here = pathlib.Path(__file__).resolve().parent
schema = here.parent.parent / "net" / "telemetry.fbs"
generated = tempfile.TemporaryDirectory()  # flatc turns the schema into Python classes: MessageT, TickT, ColumnT, ...
subprocess.run(["flatc", "--python", "--gen-object-api", "-o", generated.name, schema], check=True)
sys.path.insert(0, generated.name)
from bv.wire import Column, Event, Events, Heartbeat, Message, Tick, Topology
from bv.wire.ObjectClass import ObjectClass
from bv.wire.Payload import Payload
from bv.wire.Severity import Severity

SOURCE, GPUS, NODES, PERIOD = "example", 64, 8, 0.5  # PERIOD: seconds between ticks
cluster = (here / "small.toml").read_bytes()
topology_hash = int.from_bytes(hashlib.sha256(cluster).digest()[:8], "big")
boot_id = time.time_ns()  # greater with every start
sent = dict(topology=0, tick=0, event=0, job=0, heartbeat=0)  # last sequence of every stream

socket = zmq.Context().socket(zmq.PUB)
socket.set(zmq.SNDHWM, 8)  # a viewer that does not read shall not cost memory here
socket.bind(sys.argv[1] if len(sys.argv) > 1 else "tcp://127.0.0.1:5600")
print("publishing on", socket.getsockopt_string(zmq.LAST_ENDPOINT), flush=True)


def make(table, **fields):
    made = table()
    vars(made).update(fields)
    return made


def send(stream, payload_type, payload, time_ns):
    sent[stream] += 1
    message = make(Message.MessageT, version=1, source=SOURCE, bootId=boot_id, sequence=sent[stream], timeNs=time_ns,
                   topologyHash=topology_hash, payloadType=payload_type, payload=payload)
    builder = flatbuffers.Builder()
    builder.Finish(message.Pack(builder), file_identifier=b"BLV1")
    socket.send_multipart([f"bv1/{SOURCE}/{stream}".encode(), bytes(builder.Output())])


def column(object_class, metric, values):  # values as raw uint16: (value - offset) / scale of the catalogue
    return make(Column.ColumnT, objectClass=object_class, metric=metric, first=0, count=len(values), encoding=0,
                data=array.array("H", values).tobytes())


def send_event(number, now, end, gpu):
    event = make(Event.EventT, id=number, timeNs=now, endNs=end, severity=Severity.critical, objectClass=ObjectClass.gpu,
                 index=gpu, code=79, kind="xid", text="GPU has fallen off the bus.")
    send("event", Payload.Events, make(Events.EventsT, events=[event]), now)


step = failed_at = 0
while True:
    now = time.time_ns()
    if step % 4 == 0:  # whoever joins later learns here what the cluster is
        send("topology", Payload.Topology, make(Topology.TopologyT, name="small", text=cluster, textSize=len(cluster)), now)
    send("heartbeat", Payload.Heartbeat, make(Heartbeat.HeartbeatT, intervalNs=int(PERIOD * 1e9), sequences=list(sent.values()),
                                              tickIntervalNs=int(PERIOD * 1e9)), now)
    bad_gpu = step // 20 % GPUS if step % 20 >= 10 else None  # every other five seconds one GPU is down
    health = [3 if gpu == bad_gpu else 0 for gpu in range(GPUS)]
    watts = [450 + 200 * math.sin(step / 10 + gpu / 8) for gpu in range(GPUS)]
    send("tick", Payload.Tick, make(Tick.TickT, intervalNs=int(PERIOD * 1e9), keyframe=True, columns=[
        column(ObjectClass.gpu, "health", health),
        column(ObjectClass.gpu, "power_watts", [round(w / 0.05) for w in watts]),
        column(ObjectClass.gpu, "temp_celsius", [round((30 + w / 20 + 50) / 0.01) for w in watts])]), now)
    if step % 20 == 10:
        failed_at = now
    if step >= 10 and step % 10 == 0:  # the same id again ends the event
        send_event(1 + (step - 10) // 20, failed_at, 0 if step % 20 == 10 else now, (step - 10) // 20 % GPUS)
    step += 1
    time.sleep(PERIOD)

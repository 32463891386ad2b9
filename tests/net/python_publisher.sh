#!/bin/sh
# Runs the Python example as a process of its own and watches it: python_publisher.sh WATCH SCRIPT.
# Debian's own python3: the one that has python3-zmq and python3-flatbuffers.
watch=$1 script=$2
if ! /usr/bin/python3 -c 'import zmq, flatbuffers' 2>/dev/null || ! command -v flatc >/dev/null; then
    echo "skipped: python3-zmq, python3-flatbuffers or flatbuffers-compiler is not installed"
    exit 77
fi
port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
exec "$watch" "tcp://127.0.0.1:$port" /usr/bin/python3 "$script" "tcp://127.0.0.1:$port"

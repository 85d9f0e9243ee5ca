# SPDX-License-Identifier: Apache-2.0
"""Ports for programs that have to be told theirs before they can bind it."""

import contextlib
import random
import socket

# Below those that the kernel hands out by itself, or somebody's connection might take it meanwhile.
PORTS = range(10000, 32000)


def free_port():
    """By chance, so that two who ask at one moment are given two."""
    while True:
        port = random.SystemRandom().choice(PORTS)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port

"""What the rivals on the CPU share: how they are timed and written down."""

import argparse
import json
import statistics
import sys
import time

import numpy as np


def time_calls(function, arguments, repetitions, deadline):
    """Microseconds of one call: the median of several, or of those that began in time."""
    seconds = []
    while not seconds or len(seconds) < repetitions and time.monotonic() < deadline:
        start = time.perf_counter()
        function(*arguments)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds) * 1e6


def parse_options(description, output, repetitions):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("-o", "--output", default=output)
    parser.add_argument("--repetitions", type=int, default=repetitions)
    parser.add_argument("--budget", type=float, default=120,
                        help="seconds after which calls are not repeated")
    return parser.parse_args()


def run(options, cases, **versions):
    """Times all rivals of `cases`, (name, arguments, {rival: function}), and writes JSON."""
    deadline = time.monotonic() + options.budget
    context = dict(numpy=np.__version__, **versions, python=sys.version.split()[0],
                   repetitions=options.repetitions)
    results = dict(context=context, cases=[])
    for name, arguments, rivals in cases:
        entry = dict(name=name, rivals={})
        for rival, function in rivals.items():
            us = time_calls(function, arguments, options.repetitions, deadline)
            entry["rivals"][rival] = dict(us=us)
        print(name, json.dumps(entry["rivals"]), flush=True)
        results["cases"].append(entry)
    with open(options.output, "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1)
        file.write("\n")

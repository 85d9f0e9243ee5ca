# SPDX-License-Identifier: Apache-2.0
"""What befalls the server: it is killed and started again, commands run beside it, mail comes and goes."""

import concurrent.futures
import threading
import time

PAUSES_S = ((0.2, 1.0), (0.2, 5.0))  # between two kills; either is as likely
MOODS = (("well", 3), ("flaky", 6), ("ill", 1), ("down", 1))
MOOD_S = {"well": 4, "flaky": 4, "ill": 2, "down": 1.5}  # at most
WATCH_S = 0.1


def kill(town, rng):
    town.is_killed()


def kill_amid_a_write(town, rng):
    town.write_begins.clear()
    town.write_begins.wait(1)
    time.sleep(rng.uniform(0, 0.03))
    town.is_killed()


def terminate(town, rng):
    town.is_stopped()


def kill_beside_a_command(town, rng):
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        beside = pool.submit(rng.choice(COMMANDS), town, rng)
        time.sleep(rng.uniform(0, 0.03))
        town.is_killed()
        town.starts()
        beside.result()


def only_a_command(town, rng):
    rng.choice(COMMANDS)(town, rng)


WAYS = ((kill, 4), (kill_amid_a_write, 8), (terminate, 3), (kill_beside_a_command, 5), (only_a_command, 2))


def retry_all(town, rng):
    town.must_do("mail", "retry", "--all")


def add_account(town, rng):
    town.adds_account()


def add_account_and_be_killed(town, rng):
    town.adds_account(kill_after_s=rng.uniform(0.001, 0.03))


def list_audit(town, rng):
    town.must_do("audit", "list", "--app", rng.choice(list(town.wires)))


COMMANDS = (retry_all, retry_all, add_account, add_account_and_be_killed, list_audit)


def changes_mood(post, rng, ends):
    names, weights = zip(*MOODS)
    while not ends.wait(rng.uniform(0.3, MOOD_S[post.mood])):
        post.is_now(rng.choices(names, weights)[0])
    post.is_now("well")


def tortures(town, rng, seconds, shows_progress):
    """Until the time is over. The server is up afterwards."""
    deadline = town.journal.now() + seconds
    ways, weights = zip(*WAYS)
    while town.journal.now() < deadline:
        pause_until = min(deadline, town.journal.now() + rng.uniform(*rng.choice(PAUSES_S)))
        while town.journal.now() < pause_until:
            time.sleep(WATCH_S)
            shows_progress()
            if town.has_ended_by_itself():
                town.journal.violation(f"a server ended by itself: {town.has_ended_by_itself()}")
                break
        rng.choices(ways, weights)[0](town, rng)
        if not town.is_whole():
            town.starts()


def in_background(target, *arguments):
    thread = threading.Thread(target=target, args=arguments, daemon=True)
    thread.start()
    return thread

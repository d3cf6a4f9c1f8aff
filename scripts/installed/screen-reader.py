"""Uses a desktop program as somebody with a screen reader and a keyboard does.

Reads one JSON object a line, {"do": NAME, ...}, and answers each on file 9 with {"value": ...} or {"error": TEXT}.
Runs inside the session of the program: AT-SPI tells what is on the screen, xdotool presses the keys.
"""

import json
import os
import signal
import subprocess
import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

POLL_SECONDS = 0.3
KEY_DELAY_MS = "12"
programs = {}


def elements(accessible, depth=0):
    """All that is shown below `accessible`, in reading order."""
    try:
        count = accessible.get_child_count() if depth < 80 else 0
        for index in range(count):
            child = accessible.get_child_at_index(index)
            if child is None:
                continue
            yield child
            yield from elements(child, depth + 1)
    except GLib.Error:
        # What is read may go while it is read; the next look sees what came instead.
        return


def matches(element, role, name, part):
    try:
        shown = element.get_name() or ""
        # A field's name may begin with its number in a list of steps.
        return element.get_role_name() == role and (
            name in shown if part else shown == name or shown.endswith(f" {name}")
        )
    except GLib.Error:
        return False


def find(role, name, part=False, timeout=60):
    """The first element of this role and name (or with this text in its name), once there is one."""
    until = time.monotonic() + timeout
    while True:
        Atspi.get_desktop(0).clear_cache()
        for element in elements(Atspi.get_desktop(0)):
            if matches(element, role, name, part):
                return element
        if time.monotonic() > until:
            raise TimeoutError(f"There is no {role} “{name}”. On the screen: {seen()}")
        time.sleep(POLL_SECONDS)


def seen():
    """What the screen says, as one text."""
    parts = []
    for element in elements(Atspi.get_desktop(0)):
        try:
            name = (element.get_name() or "").strip()
            if name:
                parts.append(f"{element.get_role_name()} “{name[:120]}”")
        except GLib.Error:
            continue
    return "; ".join(parts)


def xdotool(*args, text=None):
    return subprocess.run(
        ["xdotool", *args], input=text, check=True, capture_output=True, text=True
    ).stdout


def titles():
    """The titles of all windows."""
    found = subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--name", "."], capture_output=True, text=True
    ).stdout.split()
    return [xdotool("getwindowname", window).strip() for window in found]


def focus(role, name, timeout=60):
    element = find(role, name, timeout=timeout)
    until = time.monotonic() + timeout
    while not element.get_state_set().contains(Atspi.StateType.FOCUSED):
        if time.monotonic() > until:
            raise TimeoutError(f"{role} “{name}” does not take the focus.")
        element.grab_focus()
        time.sleep(POLL_SECONDS)
        element.clear_cache()
    return element


def start(command, env=None):
    """Starts a program; its messages go to a file, which `output` reads."""
    log = open(f"/tmp/program-{len(programs)}.log", "w+b")
    process = subprocess.Popen(
        command, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        start_new_session=True,
    )
    programs[process.pid] = (process, log)
    return process.pid


def run(command, text="", without=(), timeout=180):
    """Runs a program to its end, without some of the variables of the environment."""
    env = {name: value for name, value in os.environ.items() if name not in without}
    done = subprocess.run(
        command, input=text.encode(), capture_output=True, env=env, timeout=timeout, start_new_session=True
    )
    return {
        "status": done.returncode,
        "out": done.stdout.decode(errors="replace"),
        "err": done.stderr.decode(errors="replace"),
    }


def output(pid):
    log = programs[pid][1]
    log.seek(0)
    return log.read().decode(errors="replace")


def wait(pid, timeout=60):
    """The exit status of a program, once it has ended."""
    return programs[pid][0].wait(timeout)


def stop(pid):
    programs[pid][0].send_signal(signal.SIGTERM)
    return wait(pid)


def take_window(title, timeout=60):
    """Gives the keyboard to the window with this text in its title, as a window manager would."""
    window = xdotool("search", "--sync", "--onlyvisible", "--name", title).split()[0]
    xdotool("windowfocus", "--sync", window)
    return xdotool("getwindowname", window).strip()


def press(role, name, key="Return", timeout=60):
    focus(role, name, timeout)
    xdotool("key", key)


def type_into(role, name, text, timeout=60):
    focus(role, name, timeout)
    # In place of what the app suggests.
    xdotool("key", "ctrl+a")
    xdotool("type", "--delay", KEY_DELAY_MS, "--file", "-", text=text)


def paste_into(role, name, text, timeout=60):
    subprocess.run(["xclip", "-selection", "clipboard"], input=text, check=True, text=True)
    focus(role, name, timeout)
    xdotool("key", "ctrl+v")


DEEDS = {
    "find": lambda **which: find(**which).get_name(),
    "seen": seen,
    "titles": titles,
    "take-window": take_window,
    "press": press,
    "type": type_into,
    "paste": paste_into,
    "key": lambda name: xdotool("key", name),
    "start": start,
    "run": run,
    "output": output,
    "wait": wait,
    "stop": stop,
}

Atspi.init()
answers = os.fdopen(9, "w")
for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"value": DEEDS[request.pop("do")](**request)}
    except Exception as error:  # Whatever went wrong is the caller's to judge.
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), file=answers, flush=True)

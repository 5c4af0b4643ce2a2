"""From measurements to tables, JSON and a plot."""

import math
import os
import platform
import statistics


def summarize(results):
    """{case: {server: {number: {"median", "min", "max"}}}}; nested numbers are called outer.inner."""
    return {case: {server: summarize_runs(runs) for server, runs in servers.items()}
            for case, servers in results.items()}


def summarize_runs(runs):
    numbers = {}
    for run in runs:
        for name, value in flatten(run):
            numbers.setdefault(name, []).append(value)
    return {name: {"median": statistics.median(values), "min": min(values), "max": max(values)}
            for name, values in numbers.items()}


def flatten(run, prefix=""):
    for name, value in run.items():
        if isinstance(value, dict):
            yield from flatten(value, f"{prefix}{name}.")
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            yield prefix + name, value


def machine():
    """What was measured on, in one line."""
    cpu = "unknown processor"
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            cpu = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return (f"{os.cpu_count()} x {cpu}, {gigabytes:.0f} GB, {platform.system()} {platform.release()}; "
            f"load average {load:.1f} when it began")


def number(value):
    """Three digits are enough: the spread says how good they are."""
    if value is None:
        return "-"
    if value >= 1000:
        return f"{value:,.0f}"
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(header, rows):
    """Markdown that also reads well in a terminal: first column left, the others right."""
    cells = [list(map(str, row)) for row in (header, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    lines = []
    for row in cells:
        padded = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        lines.append("| " + " | ".join(padded) + " |")
    lines.insert(1, "|" + "|".join(["-" * (widths[0] + 2)] + ["-" * (width + 1) + ":" for width in widths[1:]]) + "|")
    return "\n".join(lines)


# The columns of cases whose numbers are not requests: (title, number, unit of the number in the title).
SPECIAL = {
    "memory": (("resident bytes", "resident_bytes"), ("used_memory", "used_memory")),
    "blpop_hand_over": (("CPU us", "cpu_us"),),
    "start": (("ms, median", "start_ms"),),
    "order": (("p50 us", "p50_us"), ("p99 us", "p99_us"), ("CPU us", "cpu_us"),
              ("with its completion", "completed_cpu_us")),
    "growth": (("requests/s", "per_second"), ("p99.9 us", "p999_us"), ("worst us", "max_us"),
               ("worst us of CPU", "worst_cpu_us"), ("in both runs", "repeated_cpu_us"),
               ("over 2 ms", "stalls_by_clock"), ("of CPU", "stalls_by_cpu")),
    "dispatch:": (("worst PING, CPU us", "worst_us"), ("each, CPU us", "each_us"), ("first, CPU us", "first_us"),
                  ("later", "later_us"), ("10th", "early_us"), ("last", "late_us")),
    "city": (("drivers", "drivers"), ("orders/s", "orders_per_second"), ("requests/s", "per_second"),
             ("p99 us", "p99_us"), ("p99 us of orders", "of_orders.p99_us"), ("CPU us", "cpu_us")),
}
USUAL = (("requests/s", "per_second"), ("p50 us", "p50_us"), ("p99 us", "p99_us"), ("p99.9 us", "p999_us"))


def tables(summary):
    """One table for the usual cases, one for each special kind."""
    yield usual_table({case: servers for case, servers in summary.items() if case.split()[0] not in SPECIAL})
    for kind, columns in SPECIAL.items():
        rows = [[case, server, *(number(numbers.get(name, {}).get("median")) for _, name in columns)]
                for case, servers in summary.items() if case.split()[0] == kind
                for server, numbers in servers.items()]
        if rows:
            yield table(["case", "server", *(title for title, _ in columns)], rows)


def usual_table(cases):
    if not cases:
        return ""
    rows = []
    for case, servers in cases.items():
        ours = servers.get("dabba", {}).get("cpu_us", {}).get("median")
        for server, numbers in servers.items():
            cpu = numbers["cpu_us"]
            ratio = f"{cpu['median'] / ours:,.2f}x" if ours and server != "dabba" else ""
            rows.append([case, server, *(number(numbers[name]["median"]) for _, name in USUAL),
                         number(cpu["median"]), f"{number(cpu['min'])}-{number(cpu['max'])}", ratio])
    header = ["case", "server", *(title for title, _ in USUAL), "CPU us", "min-max", "Dabba's CPU x"]
    return table(header, rows)


def bar_table(rows):
    return table(["what", "bar", "measured", ""],
                 [[what, bar, measured, "reached" if reached else "NOT reached"]
                  for what, bar, measured, reached in rows])


# The plot

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 460, 80, 190, 50, 60
COLORS = ("#0b6e4f", "#c8102e", "#1f5fa8", "#8a4fbf", "#b8860b")


def svg(summary):
    """Processor time of the seed's GEORADIUS against the size of the city, both axes logarithmic."""
    curves = {}
    for case, servers in summary.items():
        words = case.split()
        if words[0] != "georadius":
            continue
        for server, numbers in servers.items():
            point = int(words[2].replace(",", "")), numbers["cpu_us"]["median"]
            curves.setdefault((server, words[1]), []).append(point)
    if not curves:
        return None
    costs = [cost for points in curves.values() for _, cost in points]
    low, high = math.floor(math.log10(min(costs))), math.ceil(math.log10(max(costs)))
    high = max(high, low + 1)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
             f'font-size="13">', f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
             f'<text x="{LEFT}" y="26" font-size="16">GEORADIUS 5 km ASC COUNT 10: server CPU per command</text>']
    parts += grid(low, high)
    servers = list(dict.fromkeys(server for server, _ in curves))
    for row, ((server, layout), points) in enumerate(curves.items()):
        color = COLORS[servers.index(server) % len(COLORS)]
        dash = ' stroke-dasharray="6 4"' if layout == "clustered" else ""
        places = [(x_of(size), y_of(cost, low, high)) for size, cost in sorted(points)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2.5"{dash}/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{color}"/>' for x, y in places]
        y = TOP + 10 + row * 22
        parts.append(f'<line x1="{WIDTH - RIGHT + 18}" y1="{y}" x2="{WIDTH - RIGHT + 48}" y2="{y}" stroke="{color}" '
                     f'stroke-width="2.5"{dash}/>')
        parts.append(f'<text x="{WIDTH - RIGHT + 56}" y="{y + 4}">{server}, {layout}</text>')
    return "\n".join([*parts, "</svg>", ""])


def x_of(size):
    return LEFT + (math.log10(size) - 4) / 2 * (WIDTH - LEFT - RIGHT)


def y_of(cost, low, high):
    return HEIGHT - BOTTOM - (math.log10(cost) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)


def grid(low, high):
    for power in range(low, high + 1):
        y = y_of(10**power, low, high)
        yield f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#ddd"/>'
        label = f"{10**power:,} us" if power < 3 else f"{10**(power - 3):,} ms"
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{label}</text>'
    for size in (10_000, 100_000, 1_000_000):
        x = x_of(size)
        yield f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{HEIGHT - BOTTOM}" stroke="#ddd"/>'
        yield f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{size:,}</text>'
    middle = (LEFT + WIDTH - RIGHT) / 2
    yield f'<text x="{middle}" y="{HEIGHT - 14}" text-anchor="middle">drivers in a city of 40 x 40 km</text>'

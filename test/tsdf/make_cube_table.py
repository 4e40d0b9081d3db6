"""Writes the words of detail/tsdf/mesh/cube_table.hpp, whose head states the rule.

Corners have bits x, y, z; edge 4 * axis + rest starts at the corner whose bits along the other two
axes are those of rest.
"""


def corner(edge, end):
    axis, rest = divmod(edge, 4)
    first, second = [a for a in range(3) if a != axis]
    return (rest & 1) << first | (rest >> 1) << second | end << axis


EDGE_BETWEEN = {frozenset((corner(e, 0), corner(e, 1))): e for e in range(12)}


def faces():
    """The corners of each face, anticlockwise from outside."""
    for a in range(3):
        b, c = (a + 1) % 3, (a + 2) % 3
        ring = [0, 1 << b, 1 << b | 1 << c, 1 << c]
        yield list(reversed(ring))
        yield [r | 1 << a for r in ring]


FACES = list(faces())
FACES_OF = [{n for n, f in enumerate(FACES) if corner(e, 0) in f and corner(e, 1) in f}
            for e in range(12)]


def polygons(signs):
    """On each face a line from where a run of negative corners is entered to where it is left."""
    negative = [signs >> c & 1 for c in range(8)]
    line = {}
    for face in FACES:
        for i in range(4):
            if negative[face[i - 1]] or not negative[face[i]]:
                continue
            last = i
            while negative[face[(last + 1) % 4]]:
                last += 1
            start = EDGE_BETWEEN[frozenset((face[i - 1], face[i]))]
            line[start] = EDGE_BETWEEN[frozenset((face[last % 4], face[(last + 1) % 4]))]
    while line:
        polygon = [min(line)]
        after = line.pop(polygon[0])
        while after != polygon[0]:
            polygon.append(after)
            after = line.pop(after)
        yield polygon


def triangulations(polygon):
    if len(polygon) < 3:
        yield []
        return
    for k in range(1, len(polygon) - 1):
        for before in triangulations(polygon[:k + 1]):
            for after in triangulations(polygon[k:]):
                yield [(polygon[0], polygon[k], polygon[-1])] + before + after


def stays_inside(polygon, triangles):
    """Whether no diagonal lies in a face."""
    lines = {frozenset((polygon[i - 1], polygon[i])) for i in range(len(polygon))}
    sides = {frozenset((t[i - 1], t[i])) for t in triangles for i in range(3)}
    return not any(FACES_OF[a] & FACES_OF[b] for a, b in sides - lines)


def word(signs):
    triangles = []
    for polygon in polygons(signs):
        triangles += next(t for t in triangulations(polygon) if stays_inside(polygon, t))
    packed = len(triangles) << 60
    for n, edge in enumerate(e for t in triangles for e in t):
        packed |= edge << 4 * n
    return packed


for row in range(0, 256, 4):
    print(", ".join(f"0x{word(s):016x}" for s in range(row, row + 4)) + ",")

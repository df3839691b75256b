"""Matrix products of the sizes that a recurrent network has: C = A B, or C += A B.

A library that is made for large matrices first copies its arguments into an order of its own, and
at hidden sizes of 16 to 128 that costs as much as the arithmetic. Here a tile of C, 6 rows of 2
vectors, stays in the registers while the common dimension is walked once. LLVM would not find
this by itself, so a tile is written in its own language; the loops around it are Numba.

Row-major (M, K) times (K, N); N is the batch, or the padded width of a weight gradient.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from app.fused.pointwise import compiled

VECTOR_BYTES = 32  # AVX2; narrower or wider machines split or join these
_CONTRACT = ("contract",)


def _tile(rows: int, columns: int, vectors: bool) -> Any:
    """Make the product of ``rows`` rows of A with ``columns`` vectors (or numbers) of B's rows.

    The result is an intrinsic ``tile(a, i, b, j, c, accumulate)`` for 2-d contiguous arrays.
    """

    @intrinsic
    def tile(typing: Any, a: Any, i: Any, b: Any, j: Any, c: Any, accumulate: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            index = ir.IntType(64)
            size = a.dtype.bitwidth // 8
            lanes = VECTOR_BYTES // size if vectors else 1
            number = context.get_data_type(a.dtype)
            kind = ir.VectorType(number, lanes) if vectors else number
            (a_start, depth), (b_start, b_width), (c_start, c_width) = (
                _pointer_and_width(context, builder, array, value)
                for array, value in ((a, arguments[0]), (b, arguments[2]), (c, arguments[4]))
            )
            first_row, first_column, add_to_c = arguments[1], arguments[3], arguments[5]

            def load(pointer: Any) -> Any:
                loaded = builder.load(builder.bitcast(pointer, kind.as_pointer()))
                loaded.align = size
                return loaded

            row = [builder.add(first_row, index(r)) for r in range(rows)]
            a_rows = [builder.gep(a_start, [builder.mul(r, depth)]) for r in row]
            c_tile = [
                builder.gep(
                    c_start,
                    [
                        builder.add(
                            builder.mul(r, c_width), builder.add(first_column, index(v * lanes))
                        )
                    ],
                )
                for r in row
                for v in range(columns)
            ]

            before = builder.block
            loading, loop, after = (
                builder.append_basic_block(name) for name in ("load_c", "over_k", "store_c")
            )
            builder.cbranch(add_to_c, loading, loop)
            builder.position_at_end(loading)
            c_before = [load(pointer) for pointer in c_tile]
            builder.branch(loop)

            builder.position_at_end(loop)
            k = builder.phi(index)
            sums = [builder.phi(kind) for _ in c_tile]
            b_row = builder.gep(b_start, [builder.add(first_column, builder.mul(k, b_width))])
            b_vectors = [load(builder.gep(b_row, [index(v * lanes)])) for v in range(columns)]
            added = []
            for r in range(rows):
                weight = builder.load(builder.gep(a_rows[r], [k]))
                if vectors:
                    weight = _broadcast(builder, weight, kind)
                for v in range(columns):
                    term = builder.fmul(weight, b_vectors[v], flags=_CONTRACT)
                    added.append(builder.fadd(sums[r * columns + v], term, flags=_CONTRACT))
            next_k = builder.add(k, index(1))
            builder.cbranch(builder.icmp_signed("<", next_k, depth), loop, after)
            zero = ir.Constant(kind, [0.0] * lanes if vectors else 0.0)
            k.add_incoming(index(0), before)
            k.add_incoming(index(0), loading)
            k.add_incoming(next_k, loop)
            for total, start, value in zip(sums, c_before, added, strict=True):
                total.add_incoming(zero, before)
                total.add_incoming(start, loading)
                total.add_incoming(value, loop)

            builder.position_at_end(after)
            for pointer, value in zip(c_tile, added, strict=True):
                stored = builder.store(value, builder.bitcast(pointer, kind.as_pointer()))
                stored.align = size
            return context.get_dummy_value()

        return types.void(a, types.intp, b, types.intp, c, types.boolean), generate

    return tile


def _pointer_and_width(context: Any, builder: Any, array: Any, value: Any) -> tuple[Any, Any]:
    """Return where a 2-d array begins and how many numbers a row has."""
    struct = context.make_array(array)(context, builder, value)
    return struct.data, cgutils.unpack_tuple(builder, struct.shape)[1]


def _broadcast(builder: Any, number: Any, kind: Any) -> Any:
    """Fill a vector with one number."""
    nothing = ir.Constant(kind, ir.Undefined)
    first = builder.insert_element(nothing, number, ir.IntType(32)(0))
    mask = ir.Constant(ir.VectorType(ir.IntType(32), kind.count), [0] * kind.count)
    return builder.shuffle_vector(first, nothing, mask)


_tile_6x2, _tile_6x1, _tile_6 = _tile(6, 2, True), _tile(6, 1, True), _tile(6, 1, False)
_tile_2x2, _tile_2x1, _tile_2 = _tile(2, 2, True), _tile(2, 1, True), _tile(2, 1, False)
_tile_1x2, _tile_1x1, _tile_1 = _tile(1, 2, True), _tile(1, 1, True), _tile(1, 1, False)


@compiled
def multiply(a, b, c, accumulate):
    """Write A B into C, or add it. Contiguous (M, K), (K, N), (M, N) of one number format."""
    height, width = c.shape
    lanes = VECTOR_BYTES // c.itemsize
    i = 0
    while i + 6 <= height:
        j = 0
        while j + 2 * lanes <= width:
            _tile_6x2(a, i, b, j, c, accumulate)
            j += 2 * lanes
        while j + lanes <= width:
            _tile_6x1(a, i, b, j, c, accumulate)
            j += lanes
        while j < width:
            _tile_6(a, i, b, j, c, accumulate)
            j += 1
        i += 6
    while i + 2 <= height:
        j = 0
        while j + 2 * lanes <= width:
            _tile_2x2(a, i, b, j, c, accumulate)
            j += 2 * lanes
        while j + lanes <= width:
            _tile_2x1(a, i, b, j, c, accumulate)
            j += lanes
        while j < width:
            _tile_2(a, i, b, j, c, accumulate)
            j += 1
        i += 2
    while i < height:
        j = 0
        while j + 2 * lanes <= width:
            _tile_1x2(a, i, b, j, c, accumulate)
            j += 2 * lanes
        while j + lanes <= width:
            _tile_1x1(a, i, b, j, c, accumulate)
            j += lanes
        while j < width:
            _tile_1(a, i, b, j, c, accumulate)
            j += 1
        i += 1


def padded(width: int, itemsize: int) -> int:
    """Round a row length up to whole vectors."""
    lanes = VECTOR_BYTES // itemsize
    return -(-width // lanes) * lanes

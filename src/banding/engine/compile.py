"""From a pack's plan to a program: instructions chosen, lanes narrowed to their bounds, registers shared.

The only file that knows both a pack's core nodes and the kernel's instructions. Order follows need: a node is worked
out
just before its first use, sums add each term in place, and a scratch slot is taken back after its last use, so that
what
a block touches stays small.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from banding.engine.plan import Plan, plan
from banding.engine.program import FIELDS, WIDTHS, Do, Lane, Program, lane_of
from banding.pack.core import Node, Op
from banding.pack.lower import Lowerer
from banding.pack.meaning import Pack

OFF_SCALE = "off_scale"
_NONE = -1


@dataclass(frozen=True, slots=True)
class Compiled:
    """A pack ready to run on one date: its plan says what the program's results mean."""

    pack: Pack
    plan: Plan
    program: Program


def compile_pack(pack: Pack, on: dt.date) -> Compiled:
    """Compiles a pack for caseloads of one date; takes milliseconds, and numba plays no part in it.

    Raises PackError with every finding where a number could pass 2^62 or a step begins above what it reads.
    """
    planned = plan(pack, on)
    return Compiled(pack, planned, _Compiler(pack, planned).program())


@dataclass
class _Register:
    lane: Lane
    column: int = _NONE
    first: int = _NONE
    last: int = _NONE


class _Compiler:
    def __init__(self, pack: Pack, planned: Plan) -> None:
        self.pack, self.plan, self.core = pack, planned, planned.core
        self.lines: list[list[int]] = []
        self.registers: list[_Register] = []
        self.inputs: list[tuple[str, str]] = []
        self.input_lanes: list[Lane] = []
        self.outputs: dict[str, Lane] = {}
        self.constants: dict[str, int] = {}
        self.written: dict[int, str] = {}
        self.twins: dict[str, str] = {}
        self.done: dict[int, int] = {}
        self.results: dict[str, int] = {}
        self.standing = Lowerer(pack, self.core, planned.choices, complete=False).standing
        self.off_scale = _NONE

    def program(self) -> Program:
        self.off_scale = self._output(OFF_SCALE, Lane.NARROW)
        self._line(Do.FILL, out=self.off_scale)
        for name, node in self.plan.main.items():
            self._write(name, node)
        # Loading an item also marks ratings off the scale and blocks with something missing: none may be left out.
        for rating in self.plan.ratings:
            self._value(rating)
        for column, least in self.plan.watched:
            self._line(Do.WATCH, a=self._value(column), k=least)
        self._missing()
        for name, node in self.plan.after.items():
            self._write(name, node)
        return self._assembled()

    # -- registers and lines ------------------------------------------------------------------------------------------

    def _register(self, lane: Lane, column: int = _NONE) -> int:
        self.registers.append(_Register(lane, column))
        return len(self.registers) - 1

    def _column(self, kind: str, name: str, lane: Lane) -> int:
        if (kind, name) not in self.inputs:
            self.inputs.append((kind, name))
            self.input_lanes.append(lane)
            self.results[f"{kind} {name}"] = self._register(lane, len(self.inputs) - 1)
        return self.results[f"{kind} {name}"]

    def _output(self, name: str, lane: Lane) -> int:
        self.outputs[name] = lane
        # Outputs are numbered from -2 downwards here and put after the inputs once their number is known.
        return self._register(lane, -1 - len(self.outputs))

    def _line(
        self,
        do: Do,
        *,
        out: int = _NONE,
        a: int = _NONE,
        b: int = _NONE,
        c: int = _NONE,
        k: int = 0,
        m: int = 0,
        lane_a: int | None = None,
    ) -> int:
        at = len(self.lines)
        for register in (out, a, b, c):
            if register != _NONE:
                entry = self.registers[register]
                entry.first = at if entry.first == _NONE else entry.first
                entry.last = at
        lane = self.registers[out].lane if out != _NONE else Lane.NARROW
        if lane_a is None:
            lane_a = self.registers[a].lane if a != _NONE else Lane.NARROW
        self.lines.append([do, lane, lane_a, out, a, b, c, k, m])
        return at

    def _write(self, name: str, node: Node) -> None:
        """Works a result out into its output column; one that is the same for every child, or that another name holds
        already, needs none."""
        if node.op is Op.CONST:
            self.constants[name] = node.data[0]
            return
        if node.key in self.written:
            self.twins[name] = self.written[node.key]
            return
        self.written[node.key] = name
        lane = lane_of(node.low, node.high)
        if node.key in self.done or node.op is Op.INPUT:
            out = self._output(name, lane)
            self._into(out, node)
            return
        value = self._value(node)
        entry = self.registers[value]
        if entry.column == _NONE and entry.lane is lane:
            # The register that holds the value becomes the output itself: nothing is copied.
            self.outputs[name] = lane
            entry.column = -1 - len(self.outputs)
        else:
            self._line(Do.COPY, out=self._output(name, lane), a=value)

    def _into(self, out: int, node: Node) -> None:
        if node.op is Op.CONST:
            self._line(Do.FILL, out=out, k=node.data[0])
        else:
            self._line(Do.COPY, out=out, a=self._value(node))

    def _missing(self) -> None:
        """Both ways to the results that differ where something is missing, and the way round the one not taken."""
        outs = {}
        for name, if_missing, if_complete in self.plan.missing:
            lane = lane_of(min(if_missing.low, if_complete.low), max(if_missing.high, if_complete.high))
            outs[name] = self._output(name, lane)
        if not outs:
            return
        # What the complete way reads must be there before the ways part.
        plain = {name: None if node.op is Op.CONST else self._value(node) for name, _, node in self.plan.missing}
        shared = dict(self.done)
        test = self._line(Do.IF_COMPLETE)
        for name, node, _ in self.plan.missing:
            self._into(outs[name], node)
        leave = self._line(Do.GO)
        self.lines[test][7] = len(self.lines)
        self.done = shared
        for name, _, node in self.plan.missing:
            value = plain[name]
            if value is None:
                self._into(outs[name], node)
            else:
                self._line(Do.COPY, out=outs[name], a=value)
        self.lines[leave][7] = len(self.lines)
        self.results |= {f"result {name}": register for name, register in outs.items()}

    def _assembled(self) -> Program:
        columns = len(self.inputs)
        homes, slots, arena = [], _Slots(), 0
        taken: dict[int, tuple[Lane, int]] = {}
        by_first = sorted(range(len(self.registers)), key=lambda register: self.registers[register].first)
        offsets = dict.fromkeys(range(len(self.registers)), 0)
        ending = sorted(by_first, key=lambda register: self.registers[register].last)
        freed = 0
        for register in by_first:
            entry = self.registers[register]
            if entry.column != _NONE or entry.first == _NONE:
                continue
            while freed < len(ending) and self.registers[ending[freed]].last < entry.first:
                if ending[freed] in taken:
                    slots.give_back(*taken.pop(ending[freed]))
                freed += 1
            offsets[register] = slots.take(entry.lane)
            taken[register] = (entry.lane, offsets[register])
        arena = slots.size
        for register, entry in enumerate(self.registers):
            if entry.column == _NONE:
                homes.append(offsets[register])
            else:
                homes.append(-1 - (entry.column if entry.column >= 0 else columns - 2 - entry.column))
        return Program(
            instructions=np.array(self.lines, np.int64).reshape(-1, FIELDS),
            tables=np.array([value for table in self.core.tables for value in table] or [0], np.int64),
            lanes=np.array([entry.lane for entry in self.registers], np.int64),
            homes=np.array(homes, np.int64),
            inputs=tuple(self.inputs),
            input_lanes=tuple(self.input_lanes),
            outputs=self.outputs,
            constants=self.constants,
            twins=self.twins,
            arena=max(arena, 1),
            exact=self.plan.exact,
        )

    # -- nodes --------------------------------------------------------------------------------------------------------

    def _value(self, node: Node) -> int:
        """The register that holds a node, worked out now where it is not there yet; iterative, for long chains."""
        waiting = [node]
        while waiting:
            at = waiting[-1]
            if at.key in self.done:
                waiting.pop()
                continue
            missing = [arg for arg in self._needs(at) if arg.key not in self.done]
            if missing:
                waiting += reversed(missing)
            else:
                self.done[at.key] = self._emit(at)
        return self.done[node.key]

    def _needs(self, node: Node) -> tuple[Node, ...]:
        """The nodes whose registers `node` reads: a sum reads through the terms that it adds in place."""
        if node.op is Op.SUM:
            return tuple(self._seen_through(arg) for arg in node.args)
        if node.op is Op.INPUT and self.core.inputs[node.data[0]][0] == "rating":
            gate = self.plan.gates[self.core.inputs[node.data[0]][1]]
            return () if gate is None or gate.op is Op.CONST else (gate,)
        return node.args

    def _seen_through(self, node: Node) -> Node:
        in_place = node.op in (Op.WITHIN, Op.STEP) or _floored(node)
        return node.args[0] if in_place and node.key not in self.done else node

    def _emit(self, node: Node) -> int:
        match node.op:
            case Op.INPUT:
                return self._input(*self.core.inputs[node.data[0]], node)
            case Op.SUM | Op.STEP:
                return self._sum(node)
            case Op.MUL | Op.FLOORDIV:
                do = Do.MULTIPLY if node.op is Op.MUL else Do.FLOOR_DIVIDE
                a, b = (self._cast(self.done[arg.key], Lane.WIDE) for arg in node.args)
                out = self._register(Lane.WIDE)
                self._line(do, out=out, a=a, b=b)
                return self._cast(out, lane_of(node.low, node.high))
            case Op.MIN | Op.MAX:
                registers = [self.done[arg.key] for arg in node.args]
                lane = self._widest(registers)
                a, b = (self._cast(register, lane) for register in registers)
                out = self._register(lane)
                self._line(Do.MIN if node.op is Op.MIN else Do.MAX, out=out, a=a, b=b)
                return self._cast(out, lane_of(node.low, node.high))
            case Op.SELECT:
                test, *registers = (self.done[arg.key] for arg in node.args)
                lane = self._widest(registers)
                a, b = (self._cast(register, lane) for register in registers)
                out = self._register(lane)
                self._line(Do.SELECT, out=out, a=a, b=b, c=self._cast(test, Lane.NARROW))
                return out
            case Op.WITHIN:
                out = self._register(Lane.NARROW)
                self._line(Do.WITHIN, out=out, a=self.done[node.args[0].key], k=node.data[0], m=node.data[1])
                return out
            case Op.GATHER:
                out = self._register(lane_of(node.low, node.high))
                start = sum(len(table) for table in self.core.tables[: node.data[0]])
                self._line(Do.GATHER, out=out, a=self.done[node.args[0].key], k=start)
                return out
            case Op.CONST:
                out = self._register(lane_of(node.low, node.high))
                self._line(Do.FILL, out=out, k=node.data[0])
                return out

    def _widest(self, registers: list[int]) -> Lane:
        return max(self.registers[register].lane for register in registers)

    def _cast(self, register: int, lane: Lane) -> int:
        if self.registers[register].lane is lane:
            return register
        out = self._register(lane)
        self._line(Do.COPY, out=out, a=register)
        return out

    def _input(self, kind: str, name: str, node: Node) -> int:
        if kind == "result":
            return self.results[f"result {name}"]
        if kind == "raw":
            return self._column("raw", name, Lane.NARROW)
        if kind == "column":
            return self._column("column", name, lane_of(node.low, node.high))
        assert kind == "rating", f"{kind} is not a column"
        item, gate = self.pack.items[name], self.plan.gates[name]
        by = _NONE
        if gate is not None and gate.op is not Op.CONST:
            by = self._cast(self.done[gate.key], Lane.NARROW)
        elif gate is not None and gate.data == (0,):
            by = self._register(Lane.NARROW)
            self._line(Do.FILL, out=by, k=0)
        out = self._register(Lane.NARROW)
        raw = self._column("raw", name, Lane.NARROW)
        self._line(
            Do.LOAD,
            out=out,
            a=raw,
            b=by,
            c=self.off_scale,
            k=item.top,
            m=self.standing(name),
            lane_a=int(item.reversed),
        )
        return out

    def _sum(self, node: Node) -> int:
        """Adds each term in place: a truth or step of a column costs one pass and needs no register of its own."""
        terms: list[tuple[Do, int, Node, int]] = []
        if node.op is Op.STEP:
            constant, terms = self._steps(1, node)
        else:
            constant = node.data[0]
            for coefficient, arg in zip(node.data[1:], node.args, strict=True):
                if arg is self._seen_through(arg):
                    terms.append((Do.ADD, coefficient, arg, 0))
                elif arg.op is Op.STEP:
                    more, steps = self._steps(coefficient, arg)
                    constant, terms = constant + more, terms + steps
                elif arg.op is Op.WITHIN:
                    inner = arg.args[0]
                    if arg.data[0] > inner.low:
                        terms.append((Do.ADD_FROM, coefficient, inner, arg.data[0]))
                    else:
                        constant += coefficient
                    if arg.data[1] < inner.high:
                        terms.append((Do.ADD_FROM, -coefficient, inner, arg.data[1] + 1))
                else:  # max(x, 0) of a rating that is -1 where not asked: x + 1 - (x >= 0)
                    inner = arg.args[0]
                    constant += coefficient
                    terms += [(Do.ADD, coefficient, inner, 0), (Do.ADD_FROM, -coefficient, inner, 0)]
        low = high = least = most = constant
        lane = Lane.NARROW
        for do, coefficient, arg, _ in terms:
            ends = (0, coefficient) if do is Do.ADD_FROM else (coefficient * arg.low, coefficient * arg.high)
            low, high = low + min(ends), high + max(ends)
            least, most = min(least, low), max(most, high)
            lane = max(lane, lane_of(min(coefficient, 0), max(coefficient, 0)))
            if do is Do.ADD:
                lane = max(lane, self.registers[self.done[arg.key]].lane)
        out = self._register(max(lane, lane_of(least, most)))
        self._line(Do.FILL, out=out, k=constant)
        for do, coefficient, arg, edge in terms:
            self._line(do, out=out, a=self.done[arg.key], k=coefficient, m=edge)
        return self._cast(out, lane_of(node.low, node.high))

    def _steps(self, coefficient: int, node: Node) -> tuple[int, list[tuple[Do, int, Node, int]]]:
        before = node.data[0]
        terms: list[tuple[Do, int, Node, int]] = []
        for edge, value in zip(node.data[1::2], node.data[2::2], strict=True):
            if value != before:
                terms.append((Do.ADD_FROM, coefficient * (value - before), node.args[0], edge))
            before = value
        return coefficient * node.data[0], terms


def _floored(node: Node) -> bool:
    """max(x, 0) of something that is -1 at the least."""
    return node.op is Op.MAX and node.args[1].op is Op.CONST and node.args[1].data == (0,) and node.args[0].low == -1


class _Slots:
    """Scratch offsets by lane, handed out again after use; widest lanes stay aligned because each lane has its own."""

    def __init__(self) -> None:
        self.size = 0
        self._free: dict[Lane, list[int]] = {lane: [] for lane in Lane}

    def take(self, lane: Lane) -> int:
        if self._free[lane]:
            return self._free[lane].pop()
        offset = self.size
        self.size += WIDTHS[lane]
        return offset

    def give_back(self, lane: Lane, offset: int) -> None:
        self._free[lane].append(offset)

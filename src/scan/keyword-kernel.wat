;; Finds keywords in a text: see keyword-kernel.ts for who calls it, and automaton.ts for the same in JavaScript.
;;
;; A state is a number below 2^15. Its row in the table has the next state for each class of characters, two bytes each;
;; the highest bit says that keywords end there.
(module
  ;; 0: the class of each ASCII character, a byte each; all others are of class 0
  ;; 128: what the calls below are told once, four bytes each:
  ;;      128 table, 132 bits of a row's length in bytes,
  ;;      136 fallbacks (two bytes a state), 140 endings (a byte a state), 144 queue (two bytes a state),
  ;;      148 the state to go on from
  (memory (export "memory") 1)

  ;; Where a row starts.
  (func $row (param $state i32) (result i32)
    (i32.add
      (i32.load (i32.const 128))
      (i32.shl (local.get $state) (i32.load (i32.const 132)))))

  (func $fallback (param $state i32) (result i32)
    (i32.add (i32.load (i32.const 136)) (i32.shl (local.get $state) (i32.const 1))))

  (func $ending (param $state i32) (result i32)
    (i32.add (i32.load (i32.const 140)) (local.get $state)))

  ;; Learn the keywords from $at to $end, a line feed behind each. For each: the state in which it ends, two bytes each, from $out on.
  (func (export "insert") (param $at i32) (param $end i32) (param $out i32)
    (local $state i32) (local $states i32) (local $unit i32) (local $entry i32)
    (local.set $states (i32.const 1))
    (block $done
      (loop $units
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $unit (i32.load8_u (local.get $at)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (if (i32.eq (local.get $unit) (i32.const 10))
          (then
            (i32.store16 (local.get $out) (local.get $state))
            (local.set $out (i32.add (local.get $out) (i32.const 2)))
            (i32.store8 (call $ending (local.get $state)) (i32.const 1))
            (local.set $state (i32.const 0)))
          (else
            (local.set $entry
              (i32.add
                (call $row (local.get $state))
                (i32.shl (i32.load8_u (local.get $unit)) (i32.const 1))))
            (local.set $state (i32.load16_u (local.get $entry)))
            (if (i32.eqz (local.get $state))
              (then
                (local.set $state (local.get $states))
                (i32.store16 (local.get $entry) (local.get $state))
                (local.set $states (i32.add (local.get $states) (i32.const 1)))))))
        (br $units))))

  ;; Fill in where a state goes on a mismatch, breadth first: as the state of its longest suffix does, whose row is whole by
  ;; then. A state ends keywords when a suffix of it does.
  (func (export "close")
    (local $head i32) (local $tail i32) (local $state i32) (local $at i32) (local $back i32) (local $end i32)
    (local $target i32) (local $other i32) (local $entry i32) (local $present i32) (local $isRoot i32)
    (local $own v128) (local $others v128) (local $missing v128)
    (local.set $head (i32.load (i32.const 144)))
    (local.set $tail (i32.add (local.get $head) (i32.const 2)))
    (loop $states
      (local.set $state (i32.load16_u (local.get $head)))
      (local.set $isRoot (i32.eqz (local.get $state)))
      (local.set $head (i32.add (local.get $head) (i32.const 2)))
      (local.set $at (call $row (local.get $state)))
      (local.set $end (call $row (i32.add (local.get $state) (i32.const 1))))
      (local.set $back (call $row (i32.load16_u (call $fallback (local.get $state)))))
      ;; eight classes at a time: most states go on with one of all
      (loop $classes
        (local.set $own (v128.load (local.get $at)))
        (local.set $others
          (select (v128.const i64x2 0 0) (v128.load (local.get $back)) (local.get $isRoot)))
        (local.set $missing (i16x8.eq (local.get $own) (v128.const i64x2 0 0)))
        (v128.store (local.get $at)
          (v128.bitselect (local.get $others) (local.get $own) (local.get $missing)))
        (local.set $present (i32.xor (i16x8.bitmask (local.get $missing)) (i32.const 0xff)))
        (block $none
          (br_if $none (i32.eqz (local.get $present)))
          (loop $targets
            (local.set $entry (i32.shl (i32.ctz (local.get $present)) (i32.const 1)))
            (local.set $present (i32.and (local.get $present) (i32.sub (local.get $present) (i32.const 1))))
            (local.set $other
              (select
                (i32.const 0)
                (i32.and (i32.load16_u (i32.add (local.get $back) (local.get $entry))) (i32.const 0x7fff))
                (local.get $isRoot)))
            (local.set $entry (i32.add (local.get $at) (local.get $entry)))
            (local.set $target (i32.load16_u (local.get $entry)))
            (i32.store16 (call $fallback (local.get $target)) (local.get $other))
            (if (i32.or
                  (i32.load8_u (call $ending (local.get $target)))
                  (i32.load8_u (call $ending (local.get $other))))
              (then
                (i32.store8 (call $ending (local.get $target)) (i32.const 1))
                (i32.store16 (local.get $entry) (i32.or (local.get $target) (i32.const 0x8000)))))
            (i32.store16 (local.get $tail) (local.get $target))
            (local.set $tail (i32.add (local.get $tail) (i32.const 2)))
            (br_if $targets (local.get $present))))
        (local.set $back (i32.add (local.get $back) (i32.const 16)))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br_if $classes (i32.lt_u (local.get $at) (local.get $end))))
      (br_if $states (i32.lt_u (local.get $head) (local.get $tail)))))

  ;; Read UTF-16 from $text to $end. For each unit behind which keywords end: the address after it and the state, four
  ;; bytes each, from $out on. Gives the end of that list.
  (func (export "scan") (param $text i32) (param $end i32) (param $out i32) (result i32)
    (local $table i32) (local $bits i32) (local $state i32) (local $unit i32)
    (local.set $table (i32.load (i32.const 128)))
    (local.set $bits (i32.load (i32.const 132)))
    (local.set $state (i32.load (i32.const 148)))
    (block $done
      (loop $units
        (br_if $done (i32.ge_u (local.get $text) (local.get $end)))
        (local.set $unit (i32.load16_u (local.get $text)))
        (local.set $text (i32.add (local.get $text) (i32.const 2)))
        (local.set $unit
          (if (result i32) (i32.lt_u (local.get $unit) (i32.const 128))
            (then (i32.shl (i32.load8_u (local.get $unit)) (i32.const 1)))
            (else (i32.const 0))))
        (local.set $state
          (i32.load16_u
            (i32.add
              (i32.add (local.get $table) (i32.shl (local.get $state) (local.get $bits)))
              (local.get $unit))))
        (br_if $units (i32.lt_u (local.get $state) (i32.const 0x8000)))
        (local.set $state (i32.and (local.get $state) (i32.const 0x7fff)))
        (i32.store (local.get $out) (local.get $text))
        (i32.store offset=4 (local.get $out) (local.get $state))
        (local.set $out (i32.add (local.get $out) (i32.const 8)))
        (br $units)))
    (i32.store (i32.const 148) (local.get $state))
    (local.get $out)))

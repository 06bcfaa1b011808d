;; Finds keywords in a text: see keyword-kernel.ts for who calls it, and automaton.ts for the same in JavaScript.
;;
;; A state is a number below 2^15. Its row in the table has the next state for each class of characters, two bytes each;
;; the highest bit says that keywords end there.
(module
  ;; 0: the class of each ASCII character, a byte each; all others are of class 0
  ;; 128: what the calls below are told once, four bytes each:
  ;;      128 table, 132 states, 136 classes, 140 bits of a row's length in bytes,
  ;;      144 fallbacks (two bytes a state), 148 endings (a byte a state), 152 queue (two bytes a state),
  ;;      156 the state to go on from
  (memory (export "memory") 1)

  ;; Where a row starts.
  (func $row (param $state i32) (result i32)
    (i32.add
      (i32.load (i32.const 128))
      (i32.shl (local.get $state) (i32.load (i32.const 140)))))

  (func $fallback (param $state i32) (result i32)
    (i32.add (i32.load (i32.const 144)) (i32.shl (local.get $state) (i32.const 1))))

  (func $ending (param $state i32) (result i32)
    (i32.add (i32.load (i32.const 148)) (local.get $state)))

  ;; Fill in where a state goes on a mismatch, breadth first. A state ends keywords when a suffix of it does.
  (func (export "close")
    (local $head i32) (local $tail i32) (local $state i32) (local $at i32) (local $back i32) (local $end i32)
    (local $target i32) (local $other i32)
    (local.set $head (i32.load (i32.const 152)))
    (local.set $tail (i32.add (local.get $head) (i32.const 2)))
    (loop $states
      (local.set $state (i32.load16_u (local.get $head)))
      (local.set $head (i32.add (local.get $head) (i32.const 2)))
      (local.set $at (call $row (local.get $state)))
      (local.set $end (i32.add (local.get $at) (i32.shl (i32.load (i32.const 136)) (i32.const 1))))
      (local.set $back (call $row (i32.load16_u (call $fallback (local.get $state)))))
      (loop $classes
        (local.set $target (i32.load16_u (local.get $at)))
        (local.set $other
          (select (i32.load16_u (local.get $back)) (i32.const 0) (local.get $state)))
        (if (local.get $target)
          (then
            (i32.store16 (call $fallback (local.get $target)) (local.get $other))
            (i32.store8
              (call $ending (local.get $target))
              (i32.or
                (i32.load8_u (call $ending (local.get $target)))
                (i32.load8_u (call $ending (local.get $other)))))
            (i32.store16 (local.get $tail) (local.get $target))
            (local.set $tail (i32.add (local.get $tail) (i32.const 2))))
          (else (i32.store16 (local.get $at) (local.get $other))))
        (local.set $back (i32.add (local.get $back) (i32.const 2)))
        (local.set $at (i32.add (local.get $at) (i32.const 2)))
        (br_if $classes (i32.lt_u (local.get $at) (local.get $end))))
      (br_if $states (i32.lt_u (local.get $head) (local.get $tail))))
    ;; mark those that end keywords
    (local.set $at (i32.load (i32.const 128)))
    (local.set $end (call $row (i32.load (i32.const 132))))
    (loop $entries
      (local.set $target (i32.load16_u (local.get $at)))
      (if (i32.load8_u (call $ending (local.get $target)))
        (then (i32.store16 (local.get $at) (i32.or (local.get $target) (i32.const 0x8000)))))
      (local.set $at (i32.add (local.get $at) (i32.const 2)))
      (br_if $entries (i32.lt_u (local.get $at) (local.get $end)))))

  ;; Read UTF-16 from $text to $end. For each unit behind which keywords end: the address after it and the state, four
  ;; bytes each, from $out on. Gives the end of that list.
  (func (export "scan") (param $text i32) (param $end i32) (param $out i32) (result i32)
    (local $table i32) (local $bits i32) (local $state i32) (local $unit i32)
    (local.set $table (i32.load (i32.const 128)))
    (local.set $bits (i32.load (i32.const 140)))
    (local.set $state (i32.load (i32.const 156)))
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
    (i32.store (i32.const 156) (local.get $state))
    (local.get $out)))

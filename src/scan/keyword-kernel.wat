;; Finds keywords in a text: see keyword-kernel.ts for who calls it, and keyword-finder.ts for the same in JavaScript.
;;
;; Five bits of each of the last three units are a number below 2^15, its "place". What ends with such units is compared.
(module
  ;; 0: one bit for each place that a keyword ends with, 4 KiB
  ;; 4096: the first node of each place, two bytes each
  ;; 69632: the end of what the last call of "scan" found
  ;; 69636: nodes, 12 bytes each, of which the first is not used: the address behind the keyword (4), the next node of this
  ;;        place or 0 (2), the keyword's number (2), its length (4)
  (memory (export "memory") 2)

  (func $node (param $number i32) (result i32)
    (i32.add (i32.const 69636) (i32.mul (local.get $number) (i32.const 12))))

  ;; Put a keyword on the list of a place: in front of those that are shorter.
  (func $add (param $place i32) (param $number i32) (param $end i32) (param $keyword i32) (param $length i32)
    (local $node i32) (local $link i32) (local $next i32)
    (i32.store8 (i32.shr_u (local.get $place) (i32.const 3))
      (i32.or
        (i32.load8_u (i32.shr_u (local.get $place) (i32.const 3)))
        (i32.shl (i32.const 1) (i32.and (local.get $place) (i32.const 7)))))
    (local.set $link (i32.add (i32.const 4096) (i32.shl (local.get $place) (i32.const 1))))
    (block $found
      (loop $nodes
        (local.set $next (i32.load16_u (local.get $link)))
        (br_if $found (i32.eqz (local.get $next)))
        (local.set $node (call $node (local.get $next)))
        (br_if $found (i32.lt_u (i32.load offset=8 (local.get $node)) (local.get $length)))
        (local.set $link (i32.add (local.get $node) (i32.const 4)))
        (br $nodes)))
    (i32.store16 (local.get $link) (local.get $number))
    (local.set $node (call $node (local.get $number)))
    (i32.store (local.get $node) (local.get $end))
    (i32.store16 offset=4 (local.get $node) (local.get $next))
    (i32.store16 offset=6 (local.get $node) (local.get $keyword))
    (i32.store offset=8 (local.get $node) (local.get $length)))

  ;; Learn the keywords from $at to $end, a line feed in front of the first and behind each.
  (func (export "learn") (param $at i32) (param $end i32)
    (local $place i32) (local $step i32) (local $length i32) (local $unit i32) (local $keyword i32) (local $number i32)
    (local.set $number (i32.const 1))
    (block $done
      (loop $units
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $unit (i32.load8_u (local.get $at)))
        (if (i32.ne (local.get $unit) (i32.const 10))
          (then
            (local.set $place (call $after (local.get $place) (local.get $unit)))
            (local.set $length (i32.add (local.get $length) (i32.const 1))))
          (else
            ;; anything may stand in front of a keyword of one or two units
            (local.set $step
              (if (result i32) (i32.lt_u (local.get $length) (i32.const 3))
                (then (i32.shl (i32.const 1) (i32.mul (local.get $length) (i32.const 5))))
                (else (i32.const 0x8000))))
            (loop $places
              (call $add
                (local.get $place) (local.get $number) (local.get $at) (local.get $keyword) (local.get $length))
              (local.set $number (i32.add (local.get $number) (i32.const 1)))
              (local.set $place (i32.add (local.get $place) (local.get $step)))
              (br_if $places (i32.lt_u (local.get $place) (i32.const 0x8000))))
            (local.set $keyword (i32.add (local.get $keyword) (i32.const 1)))
            (local.set $length (i32.const 0))
            (local.set $place (i32.const 0))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $units))))

  ;; The place behind one more unit.
  (func $after (param $place i32) (param $unit i32) (result i32)
    (i32.and
      (i32.or
        (i32.shl (local.get $place) (i32.const 5))
        (i32.and (local.get $unit) (i32.const 31)))
      (i32.const 0x7fff)))

  ;; Whether the keyword that ends in front of $name ends in front of $text too.
  (func $ends (param $name i32) (param $text i32) (result i32)
    (local $wanted i32) (local $unit i32)
    (loop $units
      (local.set $name (i32.sub (local.get $name) (i32.const 1)))
      (local.set $text (i32.sub (local.get $text) (i32.const 2)))
      (local.set $wanted (i32.load8_u (local.get $name)))
      (if (i32.eq (local.get $wanted) (i32.const 10)) (then (return (i32.const 1))))
      (local.set $unit (i32.load16_u (local.get $text)))
      ;; A to Z
      (if (i32.lt_u (i32.sub (local.get $unit) (i32.const 65)) (i32.const 26))
        (then (local.set $unit (i32.add (local.get $unit) (i32.const 32)))))
      (br_if $units (i32.eq (local.get $unit) (local.get $wanted))))
    (i32.const 0))

  ;; Read UTF-16 from $text to $end. For each keyword: the address behind it and its number, four bytes each, from $out on;
  ;; where they end stands at 69632. Stops behind a unit when there is something at $most. Gives where to go on.
  (func (export "scan") (param $text i32) (param $end i32) (param $out i32) (param $most i32) (result i32)
    (local $place i32) (local $next i32) (local $node i32)
    (local.set $place
      (call $after
        (i32.load16_u (i32.sub (local.get $text) (i32.const 4)))
        (i32.load16_u (i32.sub (local.get $text) (i32.const 2)))))
    (block $done
      (loop $units
        (br_if $done (i32.ge_u (local.get $text) (local.get $end)))
        (local.set $place
          (i32.and
            (i32.or
              (i32.shl (local.get $place) (i32.const 5))
              (i32.and (i32.load16_u (local.get $text)) (i32.const 31)))
            (i32.const 0x7fff)))
        (local.set $text (i32.add (local.get $text) (i32.const 2)))
        (br_if $units
          (i32.eqz
            (i32.and
              (i32.load8_u (i32.shr_u (local.get $place) (i32.const 3)))
              (i32.shl (i32.const 1) (i32.and (local.get $place) (i32.const 7))))))
        (local.set $next (i32.load16_u offset=4096 (i32.shl (local.get $place) (i32.const 1))))
        (loop $nodes
          (local.set $node (call $node (local.get $next)))
          (if (call $ends (i32.load (local.get $node)) (local.get $text))
            (then
              (i32.store (local.get $out) (local.get $text))
              (i32.store offset=4 (local.get $out) (i32.load16_u offset=6 (local.get $node)))
              (local.set $out (i32.add (local.get $out) (i32.const 8)))))
          (local.set $next (i32.load16_u offset=4 (local.get $node)))
          (br_if $nodes (local.get $next)))
        (br_if $units (i32.lt_u (local.get $out) (local.get $most)))))
    (i32.store (i32.const 69632) (local.get $out))
    (local.get $text)))

;; What a hook does with each text, in one module: V8 takes a third of a millisecond for each, whatever is in it. There is an instance
;; for keywords and one for copies of known values, each with a memory of its own.
(module
  (memory (export "memory") 9)

  ;; ---- Keywords: see keyword-kernel.ts for who calls it, and keyword-finder.ts for the same in JavaScript.
  ;;
  ;; Five bits of each of the last three units are a number below 2^15, its "place". What ends with such units is compared.
  ;;
  ;; 0: one bit for each place that a keyword ends with, 4 KiB
  ;; 4096: the first node of each place, two bytes each
  ;; 69632: the end of what the last call of "scan" found
  ;; 69636: nodes, 12 bytes each, of which the first is not used: the address behind the keyword (4), the next node of this
  ;;        place or 0 (2), the keyword's number (2), its length (4)

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
    (local.get $text))

  ;; ---- Copies of known values: where they could stand in a text. See known/known-kernel.ts for who calls it, and
  ;; known/known-set.ts for the same in JavaScript.
  ;;
  ;; 0: one bit for each place that a sketch falls on, 128 KiB
  ;; 131072: 1 for what belongs to a word, 2 for what joins words, a byte for each ASCII character; what is no ASCII counts as
  ;;         the last of them, which is neither
  ;; 131200: what a unit counts when so many follow it, four bytes each, from 0 to 64
  ;; 131472: the lengths to look for, longest first, four bytes each; 65 is for all that are longer; ends with 0
  ;; 131760: which token edges stand in front of a unit, a byte each: 1 one may begin, 2 one may end
  ;; 200000: the sketch of all that stands in front of a unit, four bytes each
  ;; 400000: the text, two bytes a unit, four blanks behind it
  ;; 500000: what was found: start, length and sketch, four bytes each

  ;; Sketches and edges of a text.
  (func (export "prepare") (param $length i32) (param $base i32)
    (local $at i32) (local $hash i32) (local $last i32) (local $unit i32)
    (local $farBefore i32) (local $before i32) (local $after i32) (local $next i32) (local $edge i32) (local $ahead i32)
    (local.set $last (i32.const 32))
    (local.set $after (i32.const 0))
    (local.set $ahead (i32.load16_u (i32.const 400000)))
    (local.set $next
      (i32.load8_u offset=131072
        (select (local.get $ahead) (i32.const 127) (i32.lt_u (local.get $ahead) (i32.const 128)))))
    (loop $units
      (local.set $unit (local.get $ahead))
      (local.set $ahead (i32.load16_u offset=400002 (i32.shl (local.get $at) (i32.const 1))))
      (i32.store offset=200000 (i32.shl (local.get $at) (i32.const 2)) (local.get $hash))
      (local.set $farBefore (local.get $before))
      (local.set $before (local.get $after))
      (local.set $after (local.get $next))
      (local.set $next
        (i32.load8_u offset=131072
          (select (local.get $ahead) (i32.const 127) (i32.lt_u (local.get $ahead) (i32.const 128)))))
      (local.set $edge
        (i32.or
          (i32.gt_u (local.get $unit) (i32.const 32))
          (i32.shl (i32.gt_u (local.get $last) (i32.const 32)) (i32.const 1))))
      ;; inside a word, or before and after what joins two
      (if (i32.eq (local.get $before) (i32.const 1))
        (then
          (if (i32.or
                (i32.eq (local.get $after) (i32.const 1))
                (i32.and
                  (i32.eq (local.get $after) (i32.const 2))
                  (i32.eq (local.get $next) (i32.const 1))))
            (then (local.set $edge (i32.const 0))))))
      (if (i32.and
            (i32.eq (local.get $after) (i32.const 1))
            (i32.and
              (i32.eq (local.get $before) (i32.const 2))
              (i32.eq (local.get $farBefore) (i32.const 1))))
        (then (local.set $edge (i32.const 0))))
      (i32.store8 offset=131760 (local.get $at) (local.get $edge))
      (local.set $last (local.get $unit))
      (local.set $hash (i32.add (i32.mul (local.get $hash) (local.get $base)) (local.get $unit)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $units (i32.le_u (local.get $at) (local.get $length)))))

  ;; Copies that could begin from $start to $end, in a text of $length units that is prepared. Stops when there are $most
  ;; numbers. Gives where to go on; how many numbers there are stands at 499996.
  (func (export "find") (param $start i32) (param $end i32) (param $length i32) (param $most i32) (result i32)
    (local $list i32) (local $size i32) (local $stop i32) (local $sketch i32) (local $place i32) (local $out i32)
    (block $done
      (loop $starts
        (br_if $done (i32.ge_u (local.get $start) (local.get $end)))
        (br_if $done (i32.ge_u (local.get $out) (local.get $most)))
        (if (i32.and (i32.load8_u offset=131760 (local.get $start)) (i32.const 1))
          (then
            (local.set $list (i32.const 0))
            (block $last
              (loop $lengths
                (local.set $size (i32.load offset=131472 (local.get $list)))
                (br_if $last (i32.eqz (local.get $size)))
                (local.set $list (i32.add (local.get $list) (i32.const 4)))
                ;; of what is longer only the first 64 units count, wherever it ends
                (local.set $stop
                  (i32.add
                    (local.get $start)
                    (select (i32.const 64) (local.get $size) (i32.eq (local.get $size) (i32.const 65)))))
                (br_if $lengths (i32.gt_u (local.get $stop) (local.get $length)))
                (br_if $lengths
                  (i32.eqz
                    (i32.or
                      (i32.eq (local.get $size) (i32.const 65))
                      (i32.and (i32.load8_u offset=131760 (local.get $stop)) (i32.const 2)))))
                (local.set $sketch
                  (i32.sub
                    (i32.load offset=200000 (i32.shl (local.get $stop) (i32.const 2)))
                    (i32.mul
                      (i32.load offset=200000 (i32.shl (local.get $start) (i32.const 2)))
                      (i32.load offset=131200
                        (i32.shl (i32.sub (local.get $stop) (local.get $start)) (i32.const 2))))))
                (local.set $place
                  (i32.shr_u (i32.mul (local.get $sketch) (i32.const 0x9e3779b1)) (i32.const 12)))
                (br_if $lengths
                  (i32.eqz
                    (i32.and
                      (i32.load8_u (i32.shr_u (local.get $place) (i32.const 3)))
                      (i32.shl (i32.const 1) (i32.and (local.get $place) (i32.const 7))))))
                (i32.store offset=500000 (i32.shl (local.get $out) (i32.const 2)) (local.get $start))
                (i32.store offset=500004 (i32.shl (local.get $out) (i32.const 2)) (local.get $size))
                (i32.store offset=500008 (i32.shl (local.get $out) (i32.const 2)) (local.get $sketch))
                (local.set $out (i32.add (local.get $out) (i32.const 3)))
                (br $lengths)))))
        (local.set $start (i32.add (local.get $start) (i32.const 1)))
        (br $starts)))
    (i32.store (i32.const 499996) (local.get $out))
    (local.get $start)))

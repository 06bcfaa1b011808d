;; Where copies of known values could stand in a text: see known-kernel.ts for who calls it, and known-set.ts for the same in
;; JavaScript.
(module
  ;; 0: one bit for each place that a sketch falls on, 128 KiB
  ;; 131072: 1 for what belongs to a word, 2 for what joins words, a byte for each ASCII character; what is no ASCII counts as
  ;;         the last of them, which is neither
  ;; 131200: what a unit counts when so many follow it, four bytes each, from 0 to 64
  ;; 131472: the lengths to look for, longest first, four bytes each; 65 is for all that are longer; ends with 0
  ;; 131760: which token edges stand in front of a unit, a byte each: 1 one may begin, 2 one may end
  ;; 200000: the sketch of all that stands in front of a unit, four bytes each
  ;; 400000: the text, two bytes a unit, four blanks behind it
  ;; 500000: what was found: start, length and sketch, four bytes each
  (memory (export "memory") 9)

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

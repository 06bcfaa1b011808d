;; Undoes zlib's compression (RFC 1950, RFC 1951): see inflate.ts for who calls it.
;;
;; A code table has, from its address on: 512 entries for the next nine bits, two bytes each, `symbol << 4 | length` or 0 where the
;; code is longer; then, at 1024, how many codes have a length, for 0 to 15, two bytes each; then, at 1056, the symbols in
;; the order of their codes, two bytes each.
(module
  ;; 16: bases of lengths, 29 times two bytes; 80: how many bits follow each, 29 bytes
  ;; 112: bases of distances, 30 times two bytes; 176: how many bits follow each, 30 bytes
  ;; 208: in which order the lengths of the codes for lengths stand, 19 bytes
  ;; 240: lengths of codes, up to 320 bytes
  ;; 560: where the codes of a length begin, 16 times two bytes
  ;; 1024: the table for literals and lengths; 3072: the table for distances
  ;; 5120: the input, then what it makes
  (memory (export "memory") 2)
  (data (i32.const 16)
    "\03\00\04\00\05\00\06\00\07\00\08\00\09\00\0a\00\0b\00\0d\00\0f\00\11\00\13\00\17\00\1b\00\1f\00"
    "\23\00\2b\00\33\00\3b\00\43\00\53\00\63\00\73\00\83\00\a3\00\c3\00\e3\00\02\01")
  (data (i32.const 80) "\00\00\00\00\00\00\00\00\01\01\01\01\02\02\02\02\03\03\03\03\04\04\04\04\05\05\05\05\00")
  (data (i32.const 112)
    "\01\00\02\00\03\00\04\00\05\00\07\00\09\00\0d\00\11\00\19\00\21\00\31\00\41\00\61\00\81\00\c1\00"
    "\01\01\81\01\01\02\01\03\01\04\01\06\01\08\01\0c\01\10\01\18\01\20\01\30\01\40\01\60")
  (data (i32.const 176)
    "\00\00\00\00\01\01\02\02\03\03\04\04\05\05\06\06\07\07\08\08\09\09\0a\0a\0b\0b\0c\0c\0d\0d")
  (data (i32.const 208) "\10\11\12\00\08\07\09\06\0a\05\0b\04\0c\03\0d\02\0e\01\0f")

  ;; The next bits, how many of them there are, where the input goes on after them and where it ends.
  (global $bits (mut i64) (i64.const 0))
  (global $count (mut i32) (i32.const 0))
  (global $next (mut i32) (i32.const 0))
  (global $end (mut i32) (i32.const 0))

  ;; Have at least 32 bits; behind the end of the input come others, which `used` tells.
  (func $fill
    (if (i32.le_u (global.get $count) (i32.const 32))
      (then
        (global.set $bits
          (i64.or
            (global.get $bits)
            (i64.shl (i64.load32_u (global.get $next)) (i64.extend_i32_u (global.get $count)))))
        (global.set $next (i32.add (global.get $next) (i32.const 4)))
        (global.set $count (i32.add (global.get $count) (i32.const 32))))))

  ;; Where the input goes on, to the byte.
  (func $used (result i32)
    (i32.sub (global.get $next) (i32.shr_u (global.get $count) (i32.const 3))))

  (func $drop (param $length i32)
    (global.set $bits (i64.shr_u (global.get $bits) (i64.extend_i32_u (local.get $length))))
    (global.set $count (i32.sub (global.get $count) (local.get $length))))

  ;; A number of up to 16 bits.
  (func $take (param $length i32) (result i32)
    (local $value i32)
    (call $fill)
    (local.set $value
      (i32.and
        (i32.wrap_i64 (global.get $bits))
        (i32.sub (i32.shl (i32.const 1) (local.get $length)) (i32.const 1))))
    (call $drop (local.get $length))
    (local.get $value))

  ;; The next symbol of a table, -1 when there is none.
  (func $symbol (param $table i32) (result i32)
    (local $entry i32) (local $code i32) (local $first i32) (local $index i32) (local $length i32) (local $of i32)
    (call $fill)
    (local.set $entry
      (i32.load16_u
        (i32.add
          (local.get $table)
          (i32.shl (i32.and (i32.wrap_i64 (global.get $bits)) (i32.const 511)) (i32.const 1)))))
    (if (local.get $entry)
      (then
        (call $drop (i32.and (local.get $entry) (i32.const 15)))
        (return (i32.shr_u (local.get $entry) (i32.const 4)))))
    ;; bit by bit: codes of one length are numbers that follow each other
    (local.set $length (i32.const 1))
    (loop $lengths
      (local.set $code
        (i32.or
          (i32.shl (local.get $code) (i32.const 1))
          (i32.and (i32.wrap_i64 (global.get $bits)) (i32.const 1))))
      (call $drop (i32.const 1))
      (local.set $of
        (i32.load16_u offset=1024 (i32.add (local.get $table) (i32.shl (local.get $length) (i32.const 1)))))
      (if (i32.lt_u (i32.sub (local.get $code) (local.get $first)) (local.get $of))
        (then
          (return
            (i32.load16_u offset=1056
              (i32.add
                (local.get $table)
                (i32.shl
                  (i32.add (local.get $index) (i32.sub (local.get $code) (local.get $first)))
                  (i32.const 1)))))))
      (local.set $index (i32.add (local.get $index) (local.get $of)))
      (local.set $first (i32.shl (i32.add (local.get $first) (local.get $of)) (i32.const 1)))
      (local.set $length (i32.add (local.get $length) (i32.const 1)))
      (br_if $lengths (i32.le_u (local.get $length) (i32.const 15))))
    (i32.const -1))

  ;; Make a table of the lengths at $lengths. Gives 1; 3 when there is one code of one bit, or none at all; 0 when no set of
  ;; codes has them.
  (func $build (param $table i32) (param $lengths i32) (param $size i32) (result i32)
    (local $at i32) (local $length i32) (local $left i32) (local $code i32) (local $step i32) (local $entry i32) (local $sum i32)
    (local $bit i32) (local $result i32)
    (memory.fill (local.get $table) (i32.const 0) (i32.const 1056))
    (loop $counting
      (local.set $entry
        (i32.add
          (local.get $table)
          (i32.shl (i32.load8_u (i32.add (local.get $lengths) (local.get $at))) (i32.const 1))))
      (i32.store16 offset=1024 (local.get $entry)
        (i32.add (i32.load16_u offset=1024 (local.get $entry)) (i32.const 1)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $counting (i32.lt_u (local.get $at) (local.get $size))))
    (i32.store16 offset=1024 (local.get $table) (i32.const 0))
    ;; how many codes are left of each length, and where the symbols of each begin
    (local.set $left (i32.const 1))
    (local.set $length (i32.const 1))
    (loop $checking
      (local.set $entry
        (i32.load16_u offset=1024 (i32.add (local.get $table) (i32.shl (local.get $length) (i32.const 1)))))
      (local.set $left (i32.sub (i32.shl (local.get $left) (i32.const 1)) (local.get $entry)))
      (if (i32.lt_s (local.get $left) (i32.const 0)) (then (return (i32.const 0))))
      (i32.store16 offset=560 (i32.shl (local.get $length) (i32.const 1)) (local.get $sum))
      (local.set $sum (i32.add (local.get $sum) (local.get $entry)))
      (local.set $length (i32.add (local.get $length) (i32.const 1)))
      (br_if $checking (i32.le_u (local.get $length) (i32.const 15))))
    (local.set $result (select (i32.const 3) (i32.const 1) (local.get $left)))
    (if (i32.and
          (i32.ne (local.get $left) (i32.const 0))
          (i32.or
            (i32.gt_u (local.get $sum) (i32.const 1))
            (i32.ne (local.get $sum) (i32.load16_u offset=1026 (local.get $table)))))
      (then (return (i32.const 0))))
    ;; symbols in the order of their codes
    (local.set $at (i32.const 0))
    (loop $symbols
      (local.set $length (i32.load8_u (i32.add (local.get $lengths) (local.get $at))))
      (if (local.get $length)
        (then
          (local.set $length (i32.shl (local.get $length) (i32.const 1)))
          (local.set $entry (i32.load16_u offset=560 (local.get $length)))
          (i32.store16 offset=560 (local.get $length) (i32.add (local.get $entry) (i32.const 1)))
          (i32.store16 offset=1056
            (i32.add (local.get $table) (i32.shl (local.get $entry) (i32.const 1)))
            (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $symbols (i32.lt_u (local.get $at) (local.get $size))))
    ;; entries for codes of up to nine bits: wherever their bits, the first of them lowest, stand below any others; $code is kept
    ;; in that order
    (local.set $at (i32.const 0))
    (local.set $length (i32.const 1))
    (loop $short
      (local.set $left
        (i32.load16_u offset=1024 (i32.add (local.get $table) (i32.shl (local.get $length) (i32.const 1)))))
      (block $none
        (br_if $none (i32.eqz (local.get $left)))
        (loop $codes
          (local.set $entry
            (i32.or
              (i32.shl
                (i32.load16_u offset=1056 (i32.add (local.get $table) (i32.shl (local.get $at) (i32.const 1))))
                (i32.const 4))
              (local.get $length)))
          (local.set $step (local.get $code))
          (loop $places
            (i32.store16
              (i32.add (local.get $table) (i32.shl (local.get $step) (i32.const 1)))
              (local.get $entry))
            (local.set $step (i32.add (local.get $step) (i32.shl (i32.const 1) (local.get $length))))
            (br_if $places (i32.lt_u (local.get $step) (i32.const 512))))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          ;; add one to a number whose highest bit is its lowest: ones from there on become zeros
          (local.set $bit (i32.shl (i32.const 1) (i32.sub (local.get $length) (i32.const 1))))
          (block $added
            (loop $ones
              (br_if $added (i32.eqz (i32.and (local.get $code) (local.get $bit))))
              (local.set $code (i32.xor (local.get $code) (local.get $bit)))
              (local.set $bit (i32.shr_u (local.get $bit) (i32.const 1)))
              (br_if $ones (local.get $bit))))
          (local.set $code (i32.or (local.get $code) (local.get $bit)))
          (local.set $left (i32.sub (local.get $left) (i32.const 1)))
          (br_if $codes (local.get $left))))
      ;; a longer code has a zero behind this one, which is its highest bit here
      (local.set $length (i32.add (local.get $length) (i32.const 1)))
      (br_if $short (i32.le_u (local.get $length) (i32.const 9))))
    (local.get $result))

  ;; The tables that need not be told.
  (func $fixed
    (memory.fill (i32.const 240) (i32.const 8) (i32.const 144))
    (memory.fill (i32.const 384) (i32.const 9) (i32.const 112))
    (memory.fill (i32.const 496) (i32.const 7) (i32.const 24))
    (memory.fill (i32.const 520) (i32.const 8) (i32.const 8))
    (drop (call $build (i32.const 1024) (i32.const 240) (i32.const 288)))
    (memory.fill (i32.const 240) (i32.const 5) (i32.const 32))
    (drop (call $build (i32.const 3072) (i32.const 240) (i32.const 32))))

  ;; The tables that a block tells, their lengths coded too. Gives 0 when they are wrong.
  (func $dynamic (result i32)
    (local $literals i32) (local $distances i32) (local $all i32) (local $at i32) (local $symbol i32) (local $value i32) (local $times i32)
    (local.set $literals (i32.add (call $take (i32.const 5)) (i32.const 257)))
    (local.set $distances (i32.add (call $take (i32.const 5)) (i32.const 1)))
    (local.set $times (i32.add (call $take (i32.const 4)) (i32.const 4)))
    (if (i32.or (i32.gt_u (local.get $literals) (i32.const 286)) (i32.gt_u (local.get $distances) (i32.const 30)))
      (then (return (i32.const 0))))
    (memory.fill (i32.const 240) (i32.const 0) (i32.const 19))
    (loop $codes
      (i32.store8 offset=240
        (i32.load8_u offset=208 (local.get $at))
        (call $take (i32.const 3)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $codes (i32.lt_u (local.get $at) (local.get $times))))
    (if (i32.ne (call $build (i32.const 1024) (i32.const 240) (i32.const 19)) (i32.const 1))
      (then (return (i32.const 0))))
    (local.set $all (i32.add (local.get $literals) (local.get $distances)))
    (local.set $at (i32.const 0))
    (loop $lengths
      (local.set $symbol (call $symbol (i32.const 1024)))
      (if (i32.lt_s (local.get $symbol) (i32.const 0)) (then (return (i32.const 0))))
      (local.set $times (i32.const 1))
      (local.set $value (local.get $symbol))
      (if (i32.eq (local.get $symbol) (i32.const 16))
        (then
          (if (i32.eqz (local.get $at)) (then (return (i32.const 0))))
          (local.set $value (i32.load8_u offset=239 (local.get $at)))
          (local.set $times (i32.add (call $take (i32.const 2)) (i32.const 3)))))
      (if (i32.gt_u (local.get $symbol) (i32.const 16))
        (then
          (local.set $value (i32.const 0))
          (if (i32.eq (local.get $symbol) (i32.const 17))
            (then (local.set $times (i32.add (call $take (i32.const 3)) (i32.const 3))))
            (else (local.set $times (i32.add (call $take (i32.const 7)) (i32.const 11)))))))
      (if (i32.gt_u (i32.add (local.get $at) (local.get $times)) (local.get $all)) (then (return (i32.const 0))))
      (memory.fill (i32.add (i32.const 240) (local.get $at)) (local.get $value) (local.get $times))
      (local.set $at (i32.add (local.get $at) (local.get $times)))
      (br_if $lengths (i32.lt_u (local.get $at) (local.get $all))))
    ;; without a code for its end, a block has none
    (if (i32.eqz (i32.load8_u (i32.const 496))) (then (return (i32.const 0))))
    (i32.and
      (call $build (i32.const 1024) (i32.const 240) (local.get $literals))
      (call $build (i32.const 3072) (i32.add (i32.const 240) (local.get $literals)) (local.get $distances))))

  ;; One block of codes. Gives where the output goes on; 0 when it is wrong, -1 when it would not end before $most.
  (func $coded (param $start i32) (param $out i32) (param $most i32) (result i32)
    (local $symbol i32) (local $length i32) (local $distance i32) (local $stop i32)
    (loop $symbols
      ;; as $used does, and $symbol for a letter with a short code: most are, and V8's first compiler spares no calls
      (if (i32.gt_u
            (i32.sub (global.get $next) (i32.shr_u (global.get $count) (i32.const 3)))
            (global.get $end))
        (then (return (i32.const 0))))
      (if (i32.le_u (global.get $count) (i32.const 32)) (then (call $fill)))
      (local.set $symbol
        (i32.load16_u offset=1024
          (i32.shl (i32.and (i32.wrap_i64 (global.get $bits)) (i32.const 511)) (i32.const 1))))
      (if (i32.lt_u (i32.sub (local.get $symbol) (i32.const 1)) (i32.const 4095))
        (then
          (if (i32.ge_u (local.get $out) (local.get $most)) (then (return (i32.const -1))))
          (local.set $length (i32.and (local.get $symbol) (i32.const 15)))
          (global.set $bits (i64.shr_u (global.get $bits) (i64.extend_i32_u (local.get $length))))
          (global.set $count (i32.sub (global.get $count) (local.get $length)))
          (i32.store8 (local.get $out) (i32.shr_u (local.get $symbol) (i32.const 4)))
          (local.set $out (i32.add (local.get $out) (i32.const 1)))
          (br $symbols)))
      (local.set $symbol (call $symbol (i32.const 1024)))
      (if (i32.lt_u (local.get $symbol) (i32.const 256))
        (then
          (if (i32.ge_u (local.get $out) (local.get $most)) (then (return (i32.const -1))))
          (i32.store8 (local.get $out) (local.get $symbol))
          (local.set $out (i32.add (local.get $out) (i32.const 1)))
          (br $symbols)))
      (if (i32.eq (local.get $symbol) (i32.const 256)) (then (return (local.get $out))))
      ;; -1 is more, too
      (local.set $symbol (i32.sub (local.get $symbol) (i32.const 257)))
      (if (i32.ge_u (local.get $symbol) (i32.const 29)) (then (return (i32.const 0))))
      (local.set $length
        (i32.add
          (i32.load16_u offset=16 (i32.shl (local.get $symbol) (i32.const 1)))
          (call $take (i32.load8_u offset=80 (local.get $symbol)))))
      (local.set $symbol (call $symbol (i32.const 3072)))
      (if (i32.ge_u (local.get $symbol) (i32.const 30)) (then (return (i32.const 0))))
      (local.set $distance
        (i32.add
          (i32.load16_u offset=112 (i32.shl (local.get $symbol) (i32.const 1)))
          (call $take (i32.load8_u offset=176 (local.get $symbol)))))
      (if (i32.gt_u (local.get $distance) (i32.sub (local.get $out) (local.get $start)))
        (then (return (i32.const 0))))
      (if (i32.gt_u (local.get $length) (i32.sub (local.get $most) (local.get $out)))
        (then (return (i32.const -1))))
      (local.set $stop (i32.add (local.get $out) (local.get $length)))
      (if (i32.lt_u (local.get $distance) (i32.const 8))
        (then
          (loop $bytes
            (i32.store8 (local.get $out) (i32.load8_u (i32.sub (local.get $out) (local.get $distance))))
            (local.set $out (i32.add (local.get $out) (i32.const 1)))
            (br_if $bytes (i32.lt_u (local.get $out) (local.get $stop)))))
        (else
          ;; up to seven bytes more than told, which are written again or do not count
          (loop $eights
            (i64.store (local.get $out) (i64.load (i32.sub (local.get $out) (local.get $distance))))
            (local.set $out (i32.add (local.get $out) (i32.const 8)))
            (br_if $eights (i32.lt_u (local.get $out) (local.get $stop))))))
      (local.set $out (local.get $stop))
      (br $symbols))
    (unreachable))

  ;; One block as it is: what $coded gives.
  (func $stored (param $out i32) (param $most i32) (result i32)
    (local $length i32)
    (call $drop (i32.and (global.get $count) (i32.const 7)))
    (local.set $length (call $take (i32.const 16)))
    (if (i32.ne (call $take (i32.const 16)) (i32.xor (local.get $length) (i32.const 0xffff)))
      (then (return (i32.const 0))))
    (global.set $next (call $used))
    (global.set $bits (i64.const 0))
    (global.set $count (i32.const 0))
    (if (i32.gt_u (i32.add (global.get $next) (local.get $length)) (global.get $end)) (then (return (i32.const 0))))
    (if (i32.gt_u (local.get $length) (i32.sub (local.get $most) (local.get $out)))
      (then (return (i32.const -1))))
    (memory.copy (local.get $out) (global.get $next) (local.get $length))
    (global.set $next (i32.add (global.get $next) (local.get $length)))
    (i32.add (local.get $out) (local.get $length)))

  ;; The checksum behind the blocks: two sums, which fit their numbers for so many bytes.
  (func $adler (param $at i32) (param $end i32) (result i32)
    (local $a i32) (local $b i32) (local $stop i32)
    (local.set $a (i32.const 1))
    (block $done
      (loop $pieces
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $stop (i32.add (local.get $at) (i32.const 5552)))
        (if (i32.gt_u (local.get $stop) (local.get $end)) (then (local.set $stop (local.get $end))))
        (loop $bytes
          (local.set $a (i32.add (local.get $a) (i32.load8_u (local.get $at))))
          (local.set $b (i32.add (local.get $b) (local.get $a)))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br_if $bytes (i32.lt_u (local.get $at) (local.get $stop))))
        (local.set $a (i32.rem_u (local.get $a) (i32.const 65521)))
        (local.set $b (i32.rem_u (local.get $b) (i32.const 65521)))
        (br $pieces)))
    (i32.or (i32.shl (local.get $b) (i32.const 16)) (local.get $a)))

  ;; Undo the input of $length bytes at 5120, to $start and not up to $most. Gives how many bytes came of it; -1 when it is
  ;; wrong, -2 when they are more. Behind both stand at least eight bytes of memory.
  (func (export "inflate") (param $length i32) (param $start i32) (param $most i32) (result i32)
    (local $out i32) (local $head i32) (local $last i32) (local $kind i32)
    (global.set $bits (i64.const 0))
    (global.set $count (i32.const 0))
    (global.set $next (i32.const 5120))
    (global.set $end (i32.add (i32.const 5120) (local.get $length)))
    (local.set $out (local.get $start))
    ;; the method, no dictionary, and a check of these two bytes
    (local.set $head (i32.or (i32.shl (call $take (i32.const 8)) (i32.const 8)) (call $take (i32.const 8))))
    (if (i32.or
          (i32.or
            (i32.ne (i32.and (local.get $head) (i32.const 0x0f20)) (i32.const 0x0800))
            (i32.gt_u (local.get $head) (i32.const 0x7fff)))
          (i32.rem_u (local.get $head) (i32.const 31)))
      (then (return (i32.const -1))))
    (loop $blocks
      (local.set $last (call $take (i32.const 1)))
      (local.set $kind (call $take (i32.const 2)))
      (if (i32.gt_u (call $used) (global.get $end)) (then (return (i32.const -1))))
      (if (i32.eqz (local.get $kind))
        (then (local.set $out (call $stored (local.get $out) (local.get $most))))
        (else
          (if (i32.eq (local.get $kind) (i32.const 1)) (then (call $fixed)))
          (if (i32.eq (local.get $kind) (i32.const 2))
            (then (if (i32.eqz (call $dynamic)) (then (return (i32.const -1))))))
          (if (i32.eq (local.get $kind) (i32.const 3)) (then (return (i32.const -1))))
          (local.set $out (call $coded (local.get $start) (local.get $out) (local.get $most)))))
      (if (i32.eqz (local.get $out)) (then (return (i32.const -1))))
      (if (i32.eq (local.get $out) (i32.const -1)) (then (return (i32.const -2))))
      (br_if $blocks (i32.eqz (local.get $last))))
    (call $drop (i32.and (global.get $count) (i32.const 7)))
    (local.set $head (i32.shl (call $take (i32.const 8)) (i32.const 24)))
    (local.set $head (i32.or (local.get $head) (i32.shl (call $take (i32.const 8)) (i32.const 16))))
    (local.set $head (i32.or (local.get $head) (i32.shl (call $take (i32.const 8)) (i32.const 8))))
    (local.set $head (i32.or (local.get $head) (call $take (i32.const 8))))
    (if (i32.or
          (i32.gt_u (call $used) (global.get $end))
          (i32.ne (local.get $head) (call $adler (local.get $start) (local.get $out))))
      (then (return (i32.const -1))))
    (i32.sub (local.get $out) (local.get $start))))

;; What AES-256-GCM does around AES, for many texts in one call: GHASH, counter blocks, tags.
;; See gcm-kernel.ts for who calls it, NIST SP 800-38D for the names: H is the subkey, J0 the first counter block.
;;
;; A text has four numbers in the list of places: where its IV, its AAD and its data start, and where its data end; 16 bytes
;; for its tag follow. "count" makes addresses of them. Where whole blocks are read, up to 15 bytes of what follows are too.
;; Blocks stay in the order of their bytes, so a product is 16 lookups.
(module
  ;; 0: the product of H with every value of every byte of a block, 64 KiB
  ;; 65536: as many bytes of ones as of zeros: what starts n bytes before the zeros keeps n bytes of a block
  ;; 65568: what each byte stands for as a digit of base64; 128 when it is none
  ;; 65824: the digits of base64, then what stands in front of the parts of a sealed value
  (memory (export "memory") 2)
  (data (i32.const 65536) "\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff")
  (data (i32.const 65568) 
    "\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80"
    "\80\80\80\80\80\80\80\80\80\80\80\3e\80\80\80\3f\34\35\36\37\38\39\3a\3b\3c\3d\80\80\80\80\80\80"
    "\80\00\01\02\03\04\05\06\07\08\09\0a\0b\0c\0d\0e\0f\10\11\12\13\14\15\16\17\18\19\80\80\80\80\80"
    "\80\1a\1b\1c\1d\1e\1f\20\21\22\23\24\25\26\27\28\29\2a\2b\2c\2d\2e\2f\30\31\32\33\80\80\80\80\80"
    "\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80"
    "\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80"
    "\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80"
    "\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80")
  (data (i32.const 65824) "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  (data (i32.const 65888) "ENC[AES256_GCM,data:")
  (data (i32.const 65908) ",iv:")
  (data (i32.const 65912) ",tag:")

  ;; Fill the table for the H that stands at an address.
  (func (export "prepare") (param $h i32)
    (local $high i64) (local $low i64) (local $entry i32) (local $bit i32) (local $base i32) (local $other i32)
    (local $product v128)
    (local.set $product (call $swap (v128.load (local.get $h))))
    (local.set $high (i64x2.extract_lane 0 (local.get $product)))
    (local.set $low (i64x2.extract_lane 1 (local.get $product)))
    (loop $bytes
      (v128.store (local.get $base) (v128.const i64x2 0 0))
      ;; the single bits, from the left: each is the one before, times x
      (local.set $bit (i32.const 2048))
      (loop $bits
        (v128.store
          (i32.add (local.get $base) (local.get $bit))
          (call $swap
            (i64x2.replace_lane 1 (i64x2.splat (local.get $high)) (local.get $low))))
        (local.set $entry (i32.wrap_i64 (i64.and (local.get $low) (i64.const 1))))
        (local.set $low
          (i64.or (i64.shr_u (local.get $low) (i64.const 1)) (i64.shl (local.get $high) (i64.const 63))))
        (local.set $high
          (i64.xor
            (i64.shr_u (local.get $high) (i64.const 1))
            (select (i64.const 0xe100000000000000) (i64.const 0) (local.get $entry))))
        (local.set $bit (i32.shr_u (local.get $bit) (i32.const 1)))
        (br_if $bits (i32.ge_u (local.get $bit) (i32.const 16))))
      ;; every other value is the sum of its bits
      (local.set $bit (i32.const 32))
      (loop $sums
        (local.set $other (i32.const 16))
        (local.set $entry (i32.add (local.get $base) (local.get $bit)))
        (local.set $product (v128.load (local.get $entry)))
        (loop $lower
          (v128.store
            (i32.add (local.get $entry) (local.get $other))
            (v128.xor (local.get $product) (v128.load (i32.add (local.get $base) (local.get $other)))))
          (local.set $other (i32.add (local.get $other) (i32.const 16)))
          (br_if $lower (i32.lt_u (local.get $other) (local.get $bit))))
        (local.set $bit (i32.shl (local.get $bit) (i32.const 1)))
        (br_if $sums (i32.le_u (local.get $bit) (i32.const 2048))))
      (local.set $base (i32.add (local.get $base) (i32.const 4096)))
      (br_if $bytes (i32.lt_u (local.get $base) (i32.const 65536)))))

  ;; Both halves of a block as numbers, or back.
  (func $swap (param $block v128) (result v128)
    (i8x16.shuffle 7 6 5 4 3 2 1 0 15 14 13 12 11 10 9 8 (local.get $block) (local.get $block)))

  ;; The first bytes of a block, then zeros.
  (func $first (param $block v128) (param $count i32) (result v128)
    (v128.and (local.get $block) (v128.load (i32.sub (i32.const 65552) (local.get $count)))))

  ;; A block times H.
  (func $multiply (param $x v128) (result v128)
    (v128.xor
      (v128.xor
        (v128.xor
          (v128.xor
            (v128.load (i32.shl (i8x16.extract_lane_u 0 (local.get $x)) (i32.const 4)))
            (v128.load offset=4096 (i32.shl (i8x16.extract_lane_u 1 (local.get $x)) (i32.const 4))))
          (v128.xor
            (v128.load offset=8192 (i32.shl (i8x16.extract_lane_u 2 (local.get $x)) (i32.const 4)))
            (v128.load offset=12288 (i32.shl (i8x16.extract_lane_u 3 (local.get $x)) (i32.const 4)))))
        (v128.xor
          (v128.xor
            (v128.load offset=16384 (i32.shl (i8x16.extract_lane_u 4 (local.get $x)) (i32.const 4)))
            (v128.load offset=20480 (i32.shl (i8x16.extract_lane_u 5 (local.get $x)) (i32.const 4))))
          (v128.xor
            (v128.load offset=24576 (i32.shl (i8x16.extract_lane_u 6 (local.get $x)) (i32.const 4)))
            (v128.load offset=28672 (i32.shl (i8x16.extract_lane_u 7 (local.get $x)) (i32.const 4))))))
      (v128.xor
        (v128.xor
          (v128.xor
            (v128.load offset=32768 (i32.shl (i8x16.extract_lane_u 8 (local.get $x)) (i32.const 4)))
            (v128.load offset=36864 (i32.shl (i8x16.extract_lane_u 9 (local.get $x)) (i32.const 4))))
          (v128.xor
            (v128.load offset=40960 (i32.shl (i8x16.extract_lane_u 10 (local.get $x)) (i32.const 4)))
            (v128.load offset=45056 (i32.shl (i8x16.extract_lane_u 11 (local.get $x)) (i32.const 4)))))
        (v128.xor
          (v128.xor
            (v128.load offset=49152 (i32.shl (i8x16.extract_lane_u 12 (local.get $x)) (i32.const 4)))
            (v128.load offset=53248 (i32.shl (i8x16.extract_lane_u 13 (local.get $x)) (i32.const 4))))
          (v128.xor
            (v128.load offset=57344 (i32.shl (i8x16.extract_lane_u 14 (local.get $x)) (i32.const 4)))
            (v128.load offset=61440 (i32.shl (i8x16.extract_lane_u 15 (local.get $x)) (i32.const 4))))))))

  ;; Go on with a hash: the bytes between two addresses, filled up with zeros to whole blocks.
  (func $hash (param $hash v128) (param $at i32) (param $end i32) (result v128)
    (block $done
      (loop $blocks
        (br_if $done (i32.gt_u (i32.add (local.get $at) (i32.const 16)) (local.get $end)))
        (local.set $hash (call $multiply (v128.xor (local.get $hash) (v128.load (local.get $at)))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $blocks)))
    (if (result v128) (i32.lt_u (local.get $at) (local.get $end))
      (then
        (call $multiply
          (v128.xor
            (local.get $hash)
            (call $first (v128.load (local.get $at)) (i32.sub (local.get $end) (local.get $at))))))
      (else (local.get $hash))))

  ;; End a hash with two lengths in bytes, which it holds in bits.
  (func $end (param $hash v128) (param $first i32) (param $second i32) (result v128)
    (call $multiply
      (v128.xor
        (local.get $hash)
        (call $swap
          (i64x2.shl
            (i64x2.replace_lane 1
              (i64x2.splat (i64.extend_i32_u (local.get $first)))
              (i64.extend_i32_u (local.get $second)))
            (i32.const 3))))))

  (func $swapWords (param $block v128) (result v128)
    (i8x16.shuffle 3 2 1 0 7 6 5 4 11 10 9 8 15 14 13 12 (local.get $block) (local.get $block)))

  ;; Write the counter blocks of the texts whose places stand between two addresses: one for the tag of each text, then
  ;; one for each block of its data. $base is added to the places. Returns where the blocks end.
  (func (export "count") (param $place i32) (param $end i32) (param $base i32) (param $to i32) (result i32)
    (local $iv i32) (local $ivEnd i32) (local $blocks i32) (local $counter v128)
    (loop $texts
      (v128.store (local.get $place) (i32x4.add (v128.load (local.get $place)) (i32x4.splat (local.get $base))))
      (local.set $iv (i32.load (local.get $place)))
      (local.set $ivEnd (i32.load offset=4 (local.get $place)))
      (local.set $counter
        (if (result v128) (i32.eq (i32.sub (local.get $ivEnd) (local.get $iv)) (i32.const 12))
          (then
            (i8x16.replace_lane 15 (call $first (v128.load (local.get $iv)) (i32.const 12)) (i32.const 1)))
          (else
            (call $end
              (call $hash (v128.const i64x2 0 0) (local.get $iv) (local.get $ivEnd))
              (i32.const 0)
              (i32.sub (local.get $ivEnd) (local.get $iv))))))
      (local.set $counter (call $swapWords (local.get $counter)))
      (local.set $blocks
        (i32.add
          (local.get $to)
          (call $streamBytes (i32.load offset=8 (local.get $place)) (i32.load offset=12 (local.get $place)))))
      (loop $counters
        (v128.store (local.get $to) (call $swapWords (local.get $counter)))
        (local.set $counter (i32x4.add (local.get $counter) (v128.const i32x4 0 0 0 1)))
        (local.set $to (i32.add (local.get $to) (i32.const 16)))
        (br_if $counters (i32.lt_u (local.get $to) (local.get $blocks))))
      (local.set $place (i32.add (local.get $place) (i32.const 16)))
      (br_if $texts (i32.lt_u (local.get $place) (local.get $end))))
    (local.get $to))

  ;; Bytes of key stream for data between two addresses, those for the tag included.
  (func $streamBytes (param $data i32) (param $end i32) (result i32)
    (i32.add
      (i32.const 16)
      (i32.and (i32.add (i32.sub (local.get $end) (local.get $data)) (i32.const 15)) (i32.const -16))))

  ;; Encrypt or decrypt the bytes between two addresses.
  (func $combine (param $at i32) (param $end i32) (param $stream i32)
    (block $done
      (loop $blocks
        (br_if $done (i32.gt_u (i32.add (local.get $at) (i32.const 16)) (local.get $end)))
        (v128.store (local.get $at) (v128.xor (v128.load (local.get $at)) (v128.load (local.get $stream))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (local.set $stream (i32.add (local.get $stream) (i32.const 16)))
        (br $blocks)))
    (v128.store
      (local.get $at)
      (v128.xor
        (v128.load (local.get $at))
        (call $first (v128.load (local.get $stream)) (i32.sub (local.get $end) (local.get $at))))))

  ;; The tag of the text at a place; its data are encrypted.
  (func $tag (param $place i32) (param $stream i32) (result v128)
    (local $aad i32) (local $data i32) (local $end i32)
    (local.set $aad (i32.load offset=4 (local.get $place)))
    (local.set $data (i32.load offset=8 (local.get $place)))
    (local.set $end (i32.load offset=12 (local.get $place)))
    (v128.xor
      (v128.load (local.get $stream))
      (call $end
        (call $hash
          (call $hash (v128.const i64x2 0 0) (local.get $aad) (local.get $data))
          (local.get $data)
          (local.get $end))
        (i32.sub (local.get $data) (local.get $aad))
        (i32.sub (local.get $end) (local.get $data)))))

  ;; Encrypt the texts whose places stand between two addresses, and write their tags.
  (func (export "seal") (param $place i32) (param $end i32) (param $stream i32)
    (local $data i32) (local $dataEnd i32)
    (loop $texts
      (local.set $data (i32.load offset=8 (local.get $place)))
      (local.set $dataEnd (i32.load offset=12 (local.get $place)))
      (call $combine (local.get $data) (local.get $dataEnd) (i32.add (local.get $stream) (i32.const 16)))
      (v128.store (local.get $dataEnd) (call $tag (local.get $place) (local.get $stream)))
      (local.set $stream (i32.add (local.get $stream) (call $streamBytes (local.get $data) (local.get $dataEnd))))
      (local.set $place (i32.add (local.get $place) (i32.const 16)))
      (br_if $texts (i32.lt_u (local.get $place) (local.get $end)))))

  ;; Decrypt the texts whose places stand between two addresses; those whose tag is another become zeros. Whether it is
  ;; right comes to stand in place of where the IV started. Takes the same time whatever tag is there.
  (func (export "open") (param $place i32) (param $end i32) (param $stream i32)
    (local $data i32) (local $dataEnd i32) (local $isRight i32)
    (loop $texts
      (local.set $data (i32.load offset=8 (local.get $place)))
      (local.set $dataEnd (i32.load offset=12 (local.get $place)))
      (local.set $isRight
        (i32.eqz
          (v128.any_true
            (v128.xor (v128.load (local.get $dataEnd)) (call $tag (local.get $place) (local.get $stream))))))
      (if (local.get $isRight)
        (then (call $combine (local.get $data) (local.get $dataEnd) (i32.add (local.get $stream) (i32.const 16))))
        (else (memory.fill (local.get $data) (i32.const 0) (i32.sub (local.get $dataEnd) (local.get $data)))))
      (i32.store (local.get $place) (local.get $isRight))
      (local.set $stream (i32.add (local.get $stream) (call $streamBytes (local.get $data) (local.get $dataEnd))))
      (local.set $place (i32.add (local.get $place) (i32.const 16)))
      (br_if $texts (i32.lt_u (local.get $place) (local.get $end)))))

  ;; Sealed values as they are written, to the texts that "count" and "open" take, from $to on; their places are written
  ;; from $place on. A value has five numbers in the list of fields: how many characters of base64 its data, its IV and its
  ;; tag have, how many stand behind the tag, and how many bytes its AAD has. All values stand one behind the other from
  ;; $text on, their AADs from $aad on. Returns 0 when one of them cannot be read.
  (func (export "decode") (param $field i32) (param $end i32) (param $text i32) (param $aad i32) (param $place i32)
    (param $to i32) (result i32)
    (local $iv i32) (local $tag i32) (local $length i32)
    (loop $values
      ;; behind "ENC[AES256_GCM,data:"
      (local.set $text (i32.add (local.get $text) (i32.const 20)))
      ;; behind ",iv:" and ",tag:"
      (local.set $iv (i32.add (i32.add (local.get $text) (i32.load (local.get $field))) (i32.const 4)))
      (local.set $tag (i32.add (i32.add (local.get $iv) (i32.load offset=4 (local.get $field))) (i32.const 5)))
      (i32.store (local.get $place) (local.get $to))
      (local.set $to (call $digits (local.get $iv) (i32.load offset=4 (local.get $field)) (local.get $to)))
      (if (i32.le_u (local.get $to) (i32.load (local.get $place))) (then (return (i32.const 0))))
      (i32.store offset=4 (local.get $place) (local.get $to))
      (local.set $length (i32.load offset=16 (local.get $field)))
      (call $copy (local.get $aad) (local.get $length) (local.get $to))
      (local.set $aad (i32.add (local.get $aad) (local.get $length)))
      (local.set $to (i32.add (local.get $to) (local.get $length)))
      (i32.store offset=8 (local.get $place) (local.get $to))
      (local.set $to (call $digits (local.get $text) (i32.load (local.get $field)) (local.get $to)))
      (if (i32.eqz (local.get $to)) (then (return (i32.const 0))))
      (local.set $to (call $digits (local.get $tag) (i32.load offset=8 (local.get $field)) (local.get $to)))
      ;; data and tag are one: its last 16 bytes are the tag
      (if (i32.lt_u (local.get $to) (i32.add (i32.load offset=8 (local.get $place)) (i32.const 16)))
        (then (return (i32.const 0))))
      (i32.store offset=12 (local.get $place) (i32.sub (local.get $to) (i32.const 16)))
      (local.set $text
        (i32.add
          (i32.add (local.get $tag) (i32.load offset=8 (local.get $field)))
          (i32.load offset=12 (local.get $field))))
      (local.set $place (i32.add (local.get $place) (i32.const 16)))
      (local.set $field (i32.add (local.get $field) (i32.const 20)))
      (br_if $values (i32.lt_u (local.get $field) (local.get $end))))
    (local.get $to))

  ;; Write the bytes that characters of base64 stand for. Returns where they end; 0 when it is no base64.
  (func $digits (param $at i32) (param $length i32) (param $to i32) (result i32)
    (local $end i32) (local $padding i32) (local $wrong i32) (local $a i32) (local $b i32) (local $c i32) (local $d i32)
    (if (i32.eqz (local.get $length)) (then (return (local.get $to))))
    (if (i32.and (local.get $length) (i32.const 3)) (then (return (i32.const 0))))
    (local.set $end (i32.add (local.get $at) (local.get $length)))
    ;; "A", zero, in place of the padding
    (if (i32.eq (i32.load8_u (i32.sub (local.get $end) (i32.const 1))) (i32.const 0x3d))
      (then
        (local.set $padding (i32.const 1))
        (i32.store8 (i32.sub (local.get $end) (i32.const 1)) (i32.const 0x41))
        (if (i32.eq (i32.load8_u (i32.sub (local.get $end) (i32.const 2))) (i32.const 0x3d))
          (then
            (local.set $padding (i32.const 2))
            (i32.store8 (i32.sub (local.get $end) (i32.const 2)) (i32.const 0x41))))))
    (loop $quads
      (local.set $a (i32.load8_u offset=65568 (i32.load8_u (local.get $at))))
      (local.set $b (i32.load8_u offset=65568 (i32.load8_u offset=1 (local.get $at))))
      (local.set $c (i32.load8_u offset=65568 (i32.load8_u offset=2 (local.get $at))))
      (local.set $d (i32.load8_u offset=65568 (i32.load8_u offset=3 (local.get $at))))
      (local.set $wrong
        (i32.or
          (local.get $wrong)
          (i32.or (i32.or (local.get $a) (local.get $b)) (i32.or (local.get $c) (local.get $d)))))
      (i32.store8
        (local.get $to)
        (i32.or (i32.shl (local.get $a) (i32.const 2)) (i32.shr_u (local.get $b) (i32.const 4))))
      (i32.store8 offset=1
        (local.get $to)
        (i32.or (i32.shl (local.get $b) (i32.const 4)) (i32.shr_u (local.get $c) (i32.const 2))))
      (i32.store8 offset=2 (local.get $to) (i32.or (i32.shl (local.get $c) (i32.const 6)) (local.get $d)))
      (local.set $to (i32.add (local.get $to) (i32.const 3)))
      (local.set $at (i32.add (local.get $at) (i32.const 4)))
      (br_if $quads (i32.lt_u (local.get $at) (local.get $end))))
    (select
      (i32.const 0)
      (i32.sub (local.get $to) (local.get $padding))
      (i32.and (local.get $wrong) (i32.const 128))))

  ;; Copy bytes to where they overlap with none before them. Up to 15 bytes more are written.
  (func $copy (param $at i32) (param $length i32) (param $to i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $at) (local.get $length)))
    (block $done
      (loop $blocks
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (v128.store (local.get $to) (v128.load (local.get $at)))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (local.set $to (i32.add (local.get $to) (i32.const 16)))
        (br $blocks))))

  ;; Move the data of opened texts together, to $to, which is not behind the first of them. Where they start and end from
  ;; there comes to stand in place of where AAD and data started. Returns where they end.
  (func (export "gather") (param $place i32) (param $end i32) (param $to i32) (result i32)
    (local $start i32) (local $length i32)
    (local.set $start (local.get $to))
    (loop $texts
      (local.set $length (i32.sub (i32.load offset=12 (local.get $place)) (i32.load offset=8 (local.get $place))))
      (call $copy (i32.load offset=8 (local.get $place)) (local.get $length) (local.get $to))
      (i32.store offset=4 (local.get $place) (i32.sub (local.get $to) (local.get $start)))
      (local.set $to (i32.add (local.get $to) (local.get $length)))
      (i32.store offset=8 (local.get $place) (i32.sub (local.get $to) (local.get $start)))
      (local.set $place (i32.add (local.get $place) (i32.const 16)))
      (br_if $texts (i32.lt_u (local.get $place) (local.get $end))))
    (local.get $to))

  ;; Texts as "count" and "seal" take them, from $to on, of parts that stand one behind the other: their plaintexts from
  ;; $text on, their AADs from $aad on, their IVs of 32 bytes from $iv on. Their places are written from $place on. A text
  ;; has three numbers in the list of fields: how many bytes its plaintext and its AAD have, and one for "write".
  (func (export "collect") (param $field i32) (param $end i32) (param $text i32) (param $aad i32) (param $iv i32)
    (param $place i32) (param $to i32)
    (local $length i32)
    (loop $texts
      (i32.store (local.get $place) (local.get $to))
      (call $copy (local.get $iv) (i32.const 32) (local.get $to))
      (local.set $iv (i32.add (local.get $iv) (i32.const 32)))
      (local.set $to (i32.add (local.get $to) (i32.const 32)))
      (i32.store offset=4 (local.get $place) (local.get $to))
      (local.set $length (i32.load offset=4 (local.get $field)))
      (call $copy (local.get $aad) (local.get $length) (local.get $to))
      (local.set $aad (i32.add (local.get $aad) (local.get $length)))
      (local.set $to (i32.add (local.get $to) (local.get $length)))
      (i32.store offset=8 (local.get $place) (local.get $to))
      (local.set $length (i32.load (local.get $field)))
      (call $copy (local.get $text) (local.get $length) (local.get $to))
      (local.set $text (i32.add (local.get $text) (local.get $length)))
      (local.set $to (i32.add (local.get $to) (local.get $length)))
      (i32.store offset=12 (local.get $place) (local.get $to))
      (local.set $to (i32.add (local.get $to) (i32.const 16)))
      (local.set $place (i32.add (local.get $place) (i32.const 16)))
      (local.set $field (i32.add (local.get $field) (i32.const 12)))
      (br_if $texts (i32.lt_u (local.get $field) (local.get $end)))))

  ;; Sealed texts as sealed values, one behind the other from $to on. The third field of each says how many bytes from
  ;; $rest on stand behind its tag. Where it ends, from $to, comes to stand in place of its first field. Returns where the
  ;; last one ends.
  (func (export "write") (param $field i32) (param $end i32) (param $place i32) (param $rest i32) (param $to i32)
    (result i32)
    (local $start i32) (local $data i32) (local $tag i32) (local $length i32)
    (local.set $start (local.get $to))
    (loop $texts
      (local.set $data (i32.load offset=8 (local.get $place)))
      (local.set $tag (i32.load offset=12 (local.get $place)))
      (call $copy (i32.const 65888) (i32.const 20) (local.get $to))
      (local.set $to (call $base64 (local.get $data) (local.get $tag) (i32.add (local.get $to) (i32.const 20))))
      (i32.store (local.get $to) (i32.load (i32.const 65908)))
      (local.set $to
        (call $base64
          (i32.load (local.get $place))
          (i32.load offset=4 (local.get $place))
          (i32.add (local.get $to) (i32.const 4))))
      (i64.store (local.get $to) (i64.load (i32.const 65912)))
      (local.set $to
        (call $base64
          (local.get $tag)
          (i32.add (local.get $tag) (i32.const 16))
          (i32.add (local.get $to) (i32.const 5))))
      (local.set $length (i32.load offset=8 (local.get $field)))
      (call $copy (local.get $rest) (local.get $length) (local.get $to))
      (local.set $rest (i32.add (local.get $rest) (local.get $length)))
      (local.set $to (i32.add (local.get $to) (local.get $length)))
      (i32.store (local.get $field) (i32.sub (local.get $to) (local.get $start)))
      (local.set $place (i32.add (local.get $place) (i32.const 16)))
      (local.set $field (i32.add (local.get $field) (i32.const 12)))
      (br_if $texts (i32.lt_u (local.get $field) (local.get $end))))
    (local.get $to))

  ;; Write the bytes between two addresses in base64. Returns where it ends. Two bytes behind the last one are read.
  (func $base64 (param $at i32) (param $end i32) (param $to i32) (result i32)
    (local $a i32) (local $b i32) (local $c i32)
    (block $done
      (loop $triples
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $a (i32.load8_u (local.get $at)))
        (local.set $b (i32.load8_u offset=1 (local.get $at)))
        (local.set $c (i32.load8_u offset=2 (local.get $at)))
        (if (i32.ge_u (i32.add (local.get $at) (i32.const 1)) (local.get $end)) (then (local.set $b (i32.const 0))))
        (if (i32.ge_u (i32.add (local.get $at) (i32.const 2)) (local.get $end)) (then (local.set $c (i32.const 0))))
        (i32.store8 (local.get $to) (i32.load8_u offset=65824 (i32.shr_u (local.get $a) (i32.const 2))))
        (i32.store8 offset=1
          (local.get $to)
          (i32.load8_u offset=65824
            (i32.or
              (i32.shl (i32.and (local.get $a) (i32.const 3)) (i32.const 4))
              (i32.shr_u (local.get $b) (i32.const 4)))))
        (i32.store8 offset=2
          (local.get $to)
          (i32.load8_u offset=65824
            (i32.or
              (i32.shl (i32.and (local.get $b) (i32.const 15)) (i32.const 2))
              (i32.shr_u (local.get $c) (i32.const 6)))))
        (i32.store8 offset=3
          (local.get $to)
          (i32.load8_u offset=65824 (i32.and (local.get $c) (i32.const 63))))
        (local.set $at (i32.add (local.get $at) (i32.const 3)))
        (local.set $to (i32.add (local.get $to) (i32.const 4)))
        (br $triples)))
    ;; padding in place of the digits of bytes that are not there
    (if (i32.gt_u (local.get $at) (local.get $end))
      (then
        (i32.store8 (i32.sub (local.get $to) (i32.const 1)) (i32.const 0x3d))
        (if (i32.gt_u (local.get $at) (i32.add (local.get $end) (i32.const 1)))
          (then (i32.store8 (i32.sub (local.get $to) (i32.const 2)) (i32.const 0x3d))))))
    (local.get $to)))

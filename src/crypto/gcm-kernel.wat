;; What AES-256-GCM does around AES, for many texts in one call: GHASH, counter blocks, tags.
;; See gcm-kernel.ts for who calls it, NIST SP 800-38D for the names: H is the subkey, J0 the first counter block.
;;
;; A text has four numbers in the list of places: where its IV, its AAD and its data start, and where its data end; 16 bytes
;; for its tag follow. "count" makes addresses of them. Where whole blocks are read, up to 15 bytes of what follows are too.
;; Blocks stay in the order of their bytes, so a product is 16 lookups.
(module
  ;; 0: the product of H with every value of every byte of a block, 64 KiB
  ;; 65536: as many bytes of ones as of zeros: what starts n bytes before the zeros keeps n bytes of a block
  (memory (export "memory") 2)
  (data (i32.const 65536) "\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff")

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
      (br_if $texts (i32.lt_u (local.get $place) (local.get $end))))))

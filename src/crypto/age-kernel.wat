;; What an age header needs for small texts: HKDF and HMAC with SHA-256 (RFC 5869, 2104, FIPS 180-4) and ChaCha20-Poly1305 without
;; associated data (RFC 8439). See age-kernel.ts for who calls it and who wipes the memory.
(module
  ;; 0: the constants of the rounds of SHA-256; 256: its first state
  ;; 288: its state; 320: its schedule; 576: a key as a block; 640: the last block; 768: an inner digest
  ;; 800: the derived key; 832: the nonce; 848: a block of ChaCha20
  ;; 1024: the secret, up to 64 bytes; 1088: the salt, up to 64 bytes; 1152: the label, up to 64 bytes
  ;; 1216: a digest or a tag
  ;; 2048: what is read, up to 4096 bytes, and 96 bytes behind it; 8192: what is made of it, the same
  (memory (export "memory") 1)
  (data (i32.const 0)
    "\98\2f\8a\42\91\44\37\71\cf\fb\c0\b5\a5\db\b5\e9\5b\c2\56\39\f1\11\f1\59\a4\82\3f\92\d5\5e\1c\ab"
    "\98\aa\07\d8\01\5b\83\12\be\85\31\24\c3\7d\0c\55\74\5d\be\72\fe\b1\de\80\a7\06\dc\9b\74\f1\9b\c1"
    "\c1\69\9b\e4\86\47\be\ef\c6\9d\c1\0f\cc\a1\0c\24\6f\2c\e9\2d\aa\84\74\4a\dc\a9\b0\5c\da\88\f9\76"
    "\52\51\3e\98\6d\c6\31\a8\c8\27\03\b0\c7\7f\59\bf\f3\0b\e0\c6\47\91\a7\d5\51\63\ca\06\67\29\29\14"
    "\85\0a\b7\27\38\21\1b\2e\fc\6d\2c\4d\13\0d\38\53\54\73\0a\65\bb\0a\6a\76\2e\c9\c2\81\85\2c\72\92"
    "\a1\e8\bf\a2\4b\66\1a\a8\70\8b\4b\c2\a3\51\6c\c7\19\e8\92\d1\24\06\99\d6\85\35\0e\f4\70\a0\6a\10"
    "\16\c1\a4\19\08\6c\37\1e\4c\77\48\27\b5\bc\b0\34\b3\0c\1c\39\4a\aa\d8\4e\4f\ca\9c\5b\f3\6f\2e\68"
    "\ee\82\8f\74\6f\63\a5\78\14\78\c8\84\08\02\c7\8c\fa\ff\be\90\eb\6c\50\a4\f7\a3\f9\be\f2\78\71\c6")
  (data (i32.const 256)
    "\67\e6\09\6a\85\ae\67\bb\72\f3\6e\3c\3a\f5\4f\a5\7f\52\0e\51\8c\68\05\9b\ab\d9\83\1f\19\cd\e0\5b")

  ;; Four numbers, with the highest byte first.
  (func $swapped (param $words v128) (result v128)
    (i8x16.shuffle 3 2 1 0 7 6 5 4 11 10 9 8 15 14 13 12 (local.get $words) (local.get $words)))

  ;; One block of 64 bytes.
  (func $compress (param $at i32)
    (local $a i32) (local $b i32) (local $c i32) (local $d i32) (local $e i32) (local $f i32) (local $g i32) (local $h i32)
    (local $t i32) (local $w i32) (local $x i32)
    (v128.store (i32.const 320) (call $swapped (v128.load (local.get $at))))
    (v128.store (i32.const 336) (call $swapped (v128.load offset=16 (local.get $at))))
    (v128.store (i32.const 352) (call $swapped (v128.load offset=32 (local.get $at))))
    (v128.store (i32.const 368) (call $swapped (v128.load offset=48 (local.get $at))))
    (loop $schedule
      (local.set $x (i32.load offset=324 (local.get $w)))
      (local.set $t (i32.load offset=376 (local.get $w)))
      (i32.store offset=384 (local.get $w)
        (i32.add
          (i32.add
            (i32.load offset=320 (local.get $w))
            (i32.xor
              (i32.xor (i32.rotr (local.get $x) (i32.const 7)) (i32.rotr (local.get $x) (i32.const 18)))
              (i32.shr_u (local.get $x) (i32.const 3))))
          (i32.add
            (i32.load offset=356 (local.get $w))
            (i32.xor
              (i32.xor (i32.rotr (local.get $t) (i32.const 17)) (i32.rotr (local.get $t) (i32.const 19)))
              (i32.shr_u (local.get $t) (i32.const 10))))))
      (local.set $w (i32.add (local.get $w) (i32.const 4)))
      (br_if $schedule (i32.lt_u (local.get $w) (i32.const 192))))
    (local.set $a (i32.load (i32.const 288)))
    (local.set $b (i32.load (i32.const 292)))
    (local.set $c (i32.load (i32.const 296)))
    (local.set $d (i32.load (i32.const 300)))
    (local.set $e (i32.load (i32.const 304)))
    (local.set $f (i32.load (i32.const 308)))
    (local.set $g (i32.load (i32.const 312)))
    (local.set $h (i32.load (i32.const 316)))
    (local.set $w (i32.const 0))
    (loop $rounds
      (local.set $t
        (i32.add
          (i32.add
            (i32.add (local.get $h) (i32.add (i32.load (local.get $w)) (i32.load offset=320 (local.get $w))))
            (i32.xor
              (i32.xor (i32.rotr (local.get $e) (i32.const 6)) (i32.rotr (local.get $e) (i32.const 11)))
              (i32.rotr (local.get $e) (i32.const 25))))
          (i32.xor
            (local.get $g)
            (i32.and (local.get $e) (i32.xor (local.get $f) (local.get $g))))))
      (local.set $x
        (i32.add
          (i32.xor
            (i32.xor (i32.rotr (local.get $a) (i32.const 2)) (i32.rotr (local.get $a) (i32.const 13)))
            (i32.rotr (local.get $a) (i32.const 22)))
          (i32.or
            (i32.and (local.get $a) (local.get $b))
            (i32.and (local.get $c) (i32.or (local.get $a) (local.get $b))))))
      (local.set $h (local.get $g))
      (local.set $g (local.get $f))
      (local.set $f (local.get $e))
      (local.set $e (i32.add (local.get $d) (local.get $t)))
      (local.set $d (local.get $c))
      (local.set $c (local.get $b))
      (local.set $b (local.get $a))
      (local.set $a (i32.add (local.get $t) (local.get $x)))
      (local.set $w (i32.add (local.get $w) (i32.const 4)))
      (br_if $rounds (i32.lt_u (local.get $w) (i32.const 256))))
    (i32.store (i32.const 288) (i32.add (i32.load (i32.const 288)) (local.get $a)))
    (i32.store (i32.const 292) (i32.add (i32.load (i32.const 292)) (local.get $b)))
    (i32.store (i32.const 296) (i32.add (i32.load (i32.const 296)) (local.get $c)))
    (i32.store (i32.const 300) (i32.add (i32.load (i32.const 300)) (local.get $d)))
    (i32.store (i32.const 304) (i32.add (i32.load (i32.const 304)) (local.get $e)))
    (i32.store (i32.const 308) (i32.add (i32.load (i32.const 308)) (local.get $f)))
    (i32.store (i32.const 312) (i32.add (i32.load (i32.const 312)) (local.get $g)))
    (i32.store (i32.const 316) (i32.add (i32.load (i32.const 316)) (local.get $h))))

  ;; The digest of the block at 576 and then $length bytes at $at.
  (func $digest (param $at i32) (param $length i32) (param $to i32)
    (local $left i32)
    (memory.copy (i32.const 288) (i32.const 256) (i32.const 32))
    (call $compress (i32.const 576))
    (local.set $left (local.get $length))
    (block $last
      (loop $blocks
        (br_if $last (i32.lt_u (local.get $left) (i32.const 64)))
        (call $compress (local.get $at))
        (local.set $at (i32.add (local.get $at) (i32.const 64)))
        (local.set $left (i32.sub (local.get $left) (i32.const 64)))
        (br $blocks)))
    (memory.fill (i32.const 640) (i32.const 0) (i32.const 64))
    (memory.copy (i32.const 640) (local.get $at) (local.get $left))
    (i32.store8 offset=640 (local.get $left) (i32.const 0x80))
    (if (i32.ge_u (local.get $left) (i32.const 56))
      (then
        (call $compress (i32.const 640))
        (memory.fill (i32.const 640) (i32.const 0) (i32.const 64))))
    ;; how many bits, the first block too: fewer than 2^16
    (local.set $left (i32.shl (i32.add (local.get $length) (i32.const 64)) (i32.const 3)))
    (i32.store8 (i32.const 702) (i32.shr_u (local.get $left) (i32.const 8)))
    (i32.store8 (i32.const 703) (local.get $left))
    (call $compress (i32.const 640))
    (v128.store (local.get $to) (call $swapped (v128.load (i32.const 288))))
    (v128.store offset=16 (local.get $to) (call $swapped (v128.load (i32.const 304)))))

  ;; Change every byte of the block at 576.
  (func $mask (param $by v128)
    (v128.store (i32.const 576) (v128.xor (v128.load (i32.const 576)) (local.get $by)))
    (v128.store (i32.const 592) (v128.xor (v128.load (i32.const 592)) (local.get $by)))
    (v128.store (i32.const 608) (v128.xor (v128.load (i32.const 608)) (local.get $by)))
    (v128.store (i32.const 624) (v128.xor (v128.load (i32.const 624)) (local.get $by))))

  ;; HMAC with a key of up to 64 bytes.
  (func $hmac (param $key i32) (param $keyLength i32) (param $at i32) (param $length i32) (param $to i32)
    (memory.fill (i32.const 576) (i32.const 0) (i32.const 64))
    (memory.copy (i32.const 576) (local.get $key) (local.get $keyLength))
    (call $mask (v128.const i32x4 0x36363636 0x36363636 0x36363636 0x36363636))
    (call $digest (local.get $at) (local.get $length) (i32.const 768))
    ;; from the inner to the outer
    (call $mask (v128.const i32x4 0x6a6a6a6a 0x6a6a6a6a 0x6a6a6a6a 0x6a6a6a6a))
    (call $digest (i32.const 768) (i32.const 32) (local.get $to)))

  ;; Derive the key of 32 bytes from what stands at 1024, 1088 and 1152; the label ends with the number of the block.
  (func $derive (param $secret i32) (param $salt i32) (param $label i32)
    (call $hmac (i32.const 1088) (local.get $salt) (i32.const 1024) (local.get $secret) (i32.const 800))
    (call $hmac (i32.const 800) (i32.const 32) (i32.const 1152) (local.get $label) (i32.const 800)))

  ;; The HMAC of what is read, with the derived key.
  (func (export "mac") (param $secret i32) (param $salt i32) (param $label i32) (param $length i32)
    (call $derive (local.get $secret) (local.get $salt) (local.get $label))
    (call $hmac (i32.const 800) (i32.const 32) (i32.const 2048) (local.get $length) (i32.const 1216)))

  ;; A block of ChaCha20 at 848.
  (func $chacha (param $number i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128) (local $nonce v128) (local $left i32)
    (local.set $a (v128.const i32x4 0x61707865 0x3320646e 0x79622d32 0x6b206574))
    (local.set $b (v128.load (i32.const 800)))
    (local.set $c (v128.load (i32.const 816)))
    (local.set $nonce
      (i32x4.replace_lane 0
        (i8x16.shuffle 0 0 0 0 0 1 2 3 4 5 6 7 8 9 10 11 (v128.load (i32.const 832)) (v128.load (i32.const 832)))
        (local.get $number)))
    (local.set $d (local.get $nonce))
    (local.set $left (i32.const 10))
    (loop $rounds
      (local.set $a (i32x4.add (local.get $a) (local.get $b)))
      (local.set $d (v128.xor (local.get $d) (local.get $a)))
      (local.set $d (i8x16.shuffle 2 3 0 1 6 7 4 5 10 11 8 9 14 15 12 13 (local.get $d) (local.get $d)))
      (local.set $c (i32x4.add (local.get $c) (local.get $d)))
      (local.set $b (v128.xor (local.get $b) (local.get $c)))
      (local.set $b (v128.or (i32x4.shl (local.get $b) (i32.const 12)) (i32x4.shr_u (local.get $b) (i32.const 20))))
      (local.set $a (i32x4.add (local.get $a) (local.get $b)))
      (local.set $d (v128.xor (local.get $d) (local.get $a)))
      (local.set $d (i8x16.shuffle 3 0 1 2 7 4 5 6 11 8 9 10 15 12 13 14 (local.get $d) (local.get $d)))
      (local.set $c (i32x4.add (local.get $c) (local.get $d)))
      (local.set $b (v128.xor (local.get $b) (local.get $c)))
      (local.set $b (v128.or (i32x4.shl (local.get $b) (i32.const 7)) (i32x4.shr_u (local.get $b) (i32.const 25))))
      (local.set $b (i8x16.shuffle 4 5 6 7 8 9 10 11 12 13 14 15 0 1 2 3 (local.get $b) (local.get $b)))
      (local.set $c (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $c) (local.get $c)))
      (local.set $d (i8x16.shuffle 12 13 14 15 0 1 2 3 4 5 6 7 8 9 10 11 (local.get $d) (local.get $d)))
      (local.set $a (i32x4.add (local.get $a) (local.get $b)))
      (local.set $d (v128.xor (local.get $d) (local.get $a)))
      (local.set $d (i8x16.shuffle 2 3 0 1 6 7 4 5 10 11 8 9 14 15 12 13 (local.get $d) (local.get $d)))
      (local.set $c (i32x4.add (local.get $c) (local.get $d)))
      (local.set $b (v128.xor (local.get $b) (local.get $c)))
      (local.set $b (v128.or (i32x4.shl (local.get $b) (i32.const 12)) (i32x4.shr_u (local.get $b) (i32.const 20))))
      (local.set $a (i32x4.add (local.get $a) (local.get $b)))
      (local.set $d (v128.xor (local.get $d) (local.get $a)))
      (local.set $d (i8x16.shuffle 3 0 1 2 7 4 5 6 11 8 9 10 15 12 13 14 (local.get $d) (local.get $d)))
      (local.set $c (i32x4.add (local.get $c) (local.get $d)))
      (local.set $b (v128.xor (local.get $b) (local.get $c)))
      (local.set $b (v128.or (i32x4.shl (local.get $b) (i32.const 7)) (i32x4.shr_u (local.get $b) (i32.const 25))))
      (local.set $b (i8x16.shuffle 12 13 14 15 0 1 2 3 4 5 6 7 8 9 10 11 (local.get $b) (local.get $b)))
      (local.set $c (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $c) (local.get $c)))
      (local.set $d (i8x16.shuffle 4 5 6 7 8 9 10 11 12 13 14 15 0 1 2 3 (local.get $d) (local.get $d)))
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (br_if $rounds (local.get $left)))
    (v128.store (i32.const 848)
      (i32x4.add (local.get $a) (v128.const i32x4 0x61707865 0x3320646e 0x79622d32 0x6b206574)))
    (v128.store (i32.const 864) (i32x4.add (local.get $b) (v128.load (i32.const 800))))
    (v128.store (i32.const 880) (i32x4.add (local.get $c) (v128.load (i32.const 816))))
    (v128.store (i32.const 896) (i32x4.add (local.get $d) (local.get $nonce))))

  ;; What is read, changed by the stream, to 8192.
  (func $stream (param $length i32)
    (local $at i32) (local $number i32)
    (block $done
      (loop $blocks
        (br_if $done (i32.ge_u (local.get $at) (local.get $length)))
        (local.set $number (i32.add (local.get $number) (i32.const 1)))
        (call $chacha (local.get $number))
        (v128.store offset=8192 (local.get $at)
          (v128.xor (v128.load offset=2048 (local.get $at)) (v128.load (i32.const 848))))
        (v128.store offset=8208 (local.get $at)
          (v128.xor (v128.load offset=2064 (local.get $at)) (v128.load (i32.const 864))))
        (v128.store offset=8224 (local.get $at)
          (v128.xor (v128.load offset=2080 (local.get $at)) (v128.load (i32.const 880))))
        (v128.store offset=8240 (local.get $at)
          (v128.xor (v128.load offset=2096 (local.get $at)) (v128.load (i32.const 896))))
        (local.set $at (i32.add (local.get $at) (i32.const 64)))
        (br $blocks))))

  ;; The tag of $length sealed bytes at $at, to 1216, or compared with what stands there: 0 when they are the same. Writes behind them.
  (func $tag (param $at i32) (param $length i32) (param $compares i32) (result i32)
    (local $end i32) (local $t i64) (local $u i64) (local $carry i64) (local $mask i64)
    (local $r0 i64)    (local $r1 i64)    (local $r2 i64)    (local $r3 i64)    (local $r4 i64)
    (local $s1 i64)    (local $s2 i64)    (local $s3 i64)    (local $s4 i64)
    (local $h0 i64)    (local $h1 i64)    (local $h2 i64)    (local $h3 i64)    (local $h4 i64)
    (local $d0 i64)    (local $d1 i64)    (local $d2 i64)    (local $d3 i64)    (local $d4 i64)
    (call $chacha (i32.const 0))
    (local.set $t (i64.and (i64.load (i32.const 848)) (i64.const 0x0ffffffc0fffffff)))
    (local.set $u (i64.and (i64.load (i32.const 856)) (i64.const 0x0ffffffc0ffffffc)))
    (local.set $r0 (i64.and (local.get $t) (i64.const 0x3ffffff)))
    (local.set $r1 (i64.and (i64.shr_u (local.get $t) (i64.const 26)) (i64.const 0x3ffffff)))
    (local.set $r2
      (i64.and (i64.or (i64.shr_u (local.get $t) (i64.const 52)) (i64.shl (local.get $u) (i64.const 12))) (i64.const 0x3ffffff)))
    (local.set $r3 (i64.and (i64.shr_u (local.get $u) (i64.const 14)) (i64.const 0x3ffffff)))
    (local.set $r4 (i64.shr_u (local.get $u) (i64.const 40)))
    (local.set $s1 (i64.mul (local.get $r1) (i64.const 5)))
    (local.set $s2 (i64.mul (local.get $r2) (i64.const 5)))
    (local.set $s3 (i64.mul (local.get $r3) (i64.const 5)))
    (local.set $s4 (i64.mul (local.get $r4) (i64.const 5)))
    ;; zeros up to a whole block, and a block with the length
    (v128.store (i32.add (local.get $at) (local.get $length)) (v128.const i64x2 0 0))
    (local.set $end (i32.add (local.get $at) (i32.and (i32.add (local.get $length) (i32.const 15)) (i32.const -16))))
    (i64.store (local.get $end) (i64.const 0))
    (i64.store offset=8 (local.get $end) (i64.extend_i32_u (local.get $length)))
    (loop $blocks
      (local.set $t (i64.load (local.get $at)))
      (local.set $u (i64.load offset=8 (local.get $at)))
      (local.set $h0 (i64.add (local.get $h0) (i64.and (local.get $t) (i64.const 0x3ffffff))))
      (local.set $h1 (i64.add (local.get $h1) (i64.and (i64.shr_u (local.get $t) (i64.const 26)) (i64.const 0x3ffffff))))
      (local.set $h2
        (i64.add
          (local.get $h2)
          (i64.and (i64.or (i64.shr_u (local.get $t) (i64.const 52)) (i64.shl (local.get $u) (i64.const 12))) (i64.const 0x3ffffff))))
      (local.set $h3 (i64.add (local.get $h3) (i64.and (i64.shr_u (local.get $u) (i64.const 14)) (i64.const 0x3ffffff))))
      (local.set $h4
        (i64.add (local.get $h4) (i64.or (i64.shr_u (local.get $u) (i64.const 40)) (i64.const 0x1000000))))
      (local.set $d0
        (i64.add
          (i64.add
          (i64.add (i64.mul (local.get $h0) (local.get $r0)) (i64.mul (local.get $h1) (local.get $s4)))
          (i64.add (i64.mul (local.get $h2) (local.get $s3)) (i64.mul (local.get $h3) (local.get $s2))))
          (i64.mul (local.get $h4) (local.get $s1))))
      (local.set $d1
        (i64.add
          (i64.add
          (i64.add (i64.mul (local.get $h0) (local.get $r1)) (i64.mul (local.get $h1) (local.get $r0)))
          (i64.add (i64.mul (local.get $h2) (local.get $s4)) (i64.mul (local.get $h3) (local.get $s3))))
          (i64.mul (local.get $h4) (local.get $s2))))
      (local.set $d2
        (i64.add
          (i64.add
          (i64.add (i64.mul (local.get $h0) (local.get $r2)) (i64.mul (local.get $h1) (local.get $r1)))
          (i64.add (i64.mul (local.get $h2) (local.get $r0)) (i64.mul (local.get $h3) (local.get $s4))))
          (i64.mul (local.get $h4) (local.get $s3))))
      (local.set $d3
        (i64.add
          (i64.add
          (i64.add (i64.mul (local.get $h0) (local.get $r3)) (i64.mul (local.get $h1) (local.get $r2)))
          (i64.add (i64.mul (local.get $h2) (local.get $r1)) (i64.mul (local.get $h3) (local.get $r0))))
          (i64.mul (local.get $h4) (local.get $s4))))
      (local.set $d4
        (i64.add
          (i64.add
          (i64.add (i64.mul (local.get $h0) (local.get $r4)) (i64.mul (local.get $h1) (local.get $r3)))
          (i64.add (i64.mul (local.get $h2) (local.get $r2)) (i64.mul (local.get $h3) (local.get $r1))))
          (i64.mul (local.get $h4) (local.get $r0))))
      (local.set $h0 (i64.and (local.get $d0) (i64.const 0x3ffffff)))
      (local.set $d1 (i64.add (local.get $d1) (i64.shr_u (local.get $d0) (i64.const 26))))
      (local.set $h1 (i64.and (local.get $d1) (i64.const 0x3ffffff)))
      (local.set $d2 (i64.add (local.get $d2) (i64.shr_u (local.get $d1) (i64.const 26))))
      (local.set $h2 (i64.and (local.get $d2) (i64.const 0x3ffffff)))
      (local.set $d3 (i64.add (local.get $d3) (i64.shr_u (local.get $d2) (i64.const 26))))
      (local.set $h3 (i64.and (local.get $d3) (i64.const 0x3ffffff)))
      (local.set $d4 (i64.add (local.get $d4) (i64.shr_u (local.get $d3) (i64.const 26))))
      (local.set $h4 (i64.and (local.get $d4) (i64.const 0x3ffffff)))
      (local.set $h0 (i64.add (local.get $h0) (i64.mul (i64.shr_u (local.get $d4) (i64.const 26)) (i64.const 5))))
      (local.set $h1 (i64.add (local.get $h1) (i64.shr_u (local.get $h0) (i64.const 26))))
      (local.set $h0 (i64.and (local.get $h0) (i64.const 0x3ffffff)))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $blocks (i32.le_u (local.get $at) (local.get $end))))
    ;; below 2^130
    (local.set $h2 (i64.add (local.get $h2) (i64.shr_u (local.get $h1) (i64.const 26))))
    (local.set $h1 (i64.and (local.get $h1) (i64.const 0x3ffffff)))
    (local.set $h3 (i64.add (local.get $h3) (i64.shr_u (local.get $h2) (i64.const 26))))
    (local.set $h2 (i64.and (local.get $h2) (i64.const 0x3ffffff)))
    (local.set $h4 (i64.add (local.get $h4) (i64.shr_u (local.get $h3) (i64.const 26))))
    (local.set $h3 (i64.and (local.get $h3) (i64.const 0x3ffffff)))
    (local.set $h0 (i64.add (local.get $h0) (i64.mul (i64.shr_u (local.get $h4) (i64.const 26)) (i64.const 5))))
    (local.set $h4 (i64.and (local.get $h4) (i64.const 0x3ffffff)))
    (local.set $h1 (i64.add (local.get $h1) (i64.shr_u (local.get $h0) (i64.const 26))))
    (local.set $h0 (i64.and (local.get $h0) (i64.const 0x3ffffff)))
    ;; and what the fives carried
    (local.set $h2 (i64.add (local.get $h2) (i64.shr_u (local.get $h1) (i64.const 26))))
    (local.set $h1 (i64.and (local.get $h1) (i64.const 0x3ffffff)))
    (local.set $h3 (i64.add (local.get $h3) (i64.shr_u (local.get $h2) (i64.const 26))))
    (local.set $h2 (i64.and (local.get $h2) (i64.const 0x3ffffff)))
    (local.set $h4 (i64.add (local.get $h4) (i64.shr_u (local.get $h3) (i64.const 26))))
    (local.set $h3 (i64.and (local.get $h3) (i64.const 0x3ffffff)))
    ;; less the prime, where it is not below it
    (local.set $d0 (i64.add (local.get $h0) (i64.const 5)))
    (local.set $d1 (i64.add (local.get $h1) (i64.shr_u (local.get $d0) (i64.const 26))))
    (local.set $d0 (i64.and (local.get $d0) (i64.const 0x3ffffff)))
    (local.set $d2 (i64.add (local.get $h2) (i64.shr_u (local.get $d1) (i64.const 26))))
    (local.set $d1 (i64.and (local.get $d1) (i64.const 0x3ffffff)))
    (local.set $d3 (i64.add (local.get $h3) (i64.shr_u (local.get $d2) (i64.const 26))))
    (local.set $d2 (i64.and (local.get $d2) (i64.const 0x3ffffff)))
    (local.set $d4 (i64.add (local.get $h4) (i64.shr_u (local.get $d3) (i64.const 26))))
    (local.set $d3 (i64.and (local.get $d3) (i64.const 0x3ffffff)))
    (local.set $d4 (i64.sub (local.get $d4) (i64.const 0x4000000)))
    (local.set $mask (i64.shr_s (local.get $d4) (i64.const 63)))
    (local.set $h0
      (i64.xor (local.get $d0) (i64.and (local.get $mask) (i64.xor (local.get $h0) (local.get $d0)))))
    (local.set $h1
      (i64.xor (local.get $d1) (i64.and (local.get $mask) (i64.xor (local.get $h1) (local.get $d1)))))
    (local.set $h2
      (i64.xor (local.get $d2) (i64.and (local.get $mask) (i64.xor (local.get $h2) (local.get $d2)))))
    (local.set $h3
      (i64.xor (local.get $d3) (i64.and (local.get $mask) (i64.xor (local.get $h3) (local.get $d3)))))
    (local.set $h4
      (i64.xor (local.get $d4) (i64.and (local.get $mask) (i64.xor (local.get $h4) (local.get $d4)))))
    (local.set $t
      (i64.or
        (i64.or (local.get $h0) (i64.shl (local.get $h1) (i64.const 26)))
        (i64.shl (local.get $h2) (i64.const 52))))
    (local.set $u
      (i64.or
        (i64.or (i64.shr_u (local.get $h2) (i64.const 12)) (i64.shl (local.get $h3) (i64.const 14)))
        (i64.shl (local.get $h4) (i64.const 40))))
    (local.set $t (i64.add (local.get $t) (i64.load (i32.const 864))))
    (local.set $carry (i64.extend_i32_u (i64.lt_u (local.get $t) (i64.load (i32.const 864)))))
    (local.set $u (i64.add (i64.add (local.get $u) (i64.load (i32.const 872))) (local.get $carry)))
    (if (local.get $compares)
      (then
        (return
          (i64.ne
            (i64.or
              (i64.xor (local.get $t) (i64.load (i32.const 1216)))
              (i64.xor (local.get $u) (i64.load (i32.const 1224))))
            (i64.const 0)))))
    (i64.store (i32.const 1216) (local.get $t))
    (i64.store (i32.const 1224) (local.get $u))
    (i32.const 0))

  ;; Seal what is read with the derived key and the nonce at 832: to 8192, its tag to 1216.
  (func (export "seal") (param $secret i32) (param $salt i32) (param $label i32) (param $length i32)
    (call $derive (local.get $secret) (local.get $salt) (local.get $label))
    (call $stream (local.get $length))
    (drop (call $tag (i32.const 8192) (local.get $length) (i32.const 0))))

  ;; Open what is read, whose tag stands at 1216: to 8192. Gives 0, or 1 when it was not sealed so; nothing is opened then.
  (func (export "open") (param $secret i32) (param $salt i32) (param $label i32) (param $length i32) (result i32)
    (call $derive (local.get $secret) (local.get $salt) (local.get $label))
    (if (call $tag (i32.const 2048) (local.get $length) (i32.const 1)) (then (return (i32.const 1))))
    (call $stream (local.get $length))
    (i32.const 0)))

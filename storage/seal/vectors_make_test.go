package seal

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// makeVectors writes one good value of each kind and the hostile ones made
// from it.
func makeVectors(t *testing.T) vectors {
	k, aad := testKey(1), []byte("associated data")
	flip := func(b []byte, at int) []byte {
		c := bytes.Clone(b)
		c[at] ^= 1
		return c
	}
	resum := func(b []byte, at int, set ...byte) []byte {
		c := bytes.Clone(b[:len(b)-sumSize])
		copy(c[at:], set)
		return appendSum(c)
	}
	must := func(b []byte, err error) []byte {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	var v vectors
	parts := [][]byte{[]byte("one"), {}, {0, 255}}
	d, mac := k.Derive("label", parts...), k.MAC(parts...)
	v.Derive = []deriveVector{{k[:], "label", parts, d[:], mac[:]}}

	text := []byte("The child was seen alone in their bedroom. Ŵyn, Şükrü, Nguyễn, ሰላም, 你好.")
	s := must(Seal(k, aad, text))
	empty := must(Seal(k, nil, nil))
	v.Sealed = []sealVector{
		{"text", k[:], aad, s, text, ""}, {"empty", k[:], nil, empty, nil, ""},
		{"other aad", k[:], []byte("other"), s, nil, "sealed"}, {"salt", k[:], aad, flip(s, 0), nil, "sealed"},
		{"commitment", k[:], aad, flip(s, 30), nil, "sealed"}, {"nonce", k[:], aad, flip(s, 60), nil, "sealed"},
		{"ciphertext", k[:], aad, flip(s, 70), nil, "sealed"}, {"tag", k[:], aad, flip(s, len(s)-1), nil, "sealed"},
		{"cut", k[:], aad, s[:len(s)-1], nil, "sealed"}, {"only overhead less one", k[:], aad, s[:Overhead-1], nil, "sealed"},
	}
	long := bytes.Repeat(text, 200)
	newer := packPayload(text)
	newer[0] = 2
	padding := packPayload(text)
	padding[len(padding)-1] = 1
	v.Payload = []sealVector{
		{"compressed", k[:], aad, must(SealPayload(k, aad, text)), text, ""},
		{"compressed, long", k[:], aad, must(SealPayload(k, aad, long)), long, ""},
		{"as it is", k[:], aad, must(SealPayload(k, aad, []byte{1, 2, 3})), []byte{1, 2, 3}, ""},
		{"empty", k[:], aad, must(SealPayload(k, aad, nil)), nil, ""},
		{"newer form", k[:], aad, must(Seal(k, aad, newer)), nil, "newer"},
		{"padding", k[:], aad, must(Seal(k, aad, padding)), nil, "sealed"},
		{"bomb", k[:], aad, must(Seal(k, aad, bomb(t))), nil, "sealed"},
		{"not a payload", k[:], aad, s, nil, "sealed"},
	}
	p := fixedKEM(t)
	w := must(WrapKey(p.Public(), aad, k))
	for _, c := range []wrapVector{
		{Name: "good", AAD: aad, Wrap: w, Key: k[:]},
		{Name: "other aad", AAD: []byte("other"), Wrap: w, Err: "sealed"},
		{Name: "newer", AAD: aad, Wrap: append([]byte{2}, w[1:]...), Err: "newer"},
		{Name: "lattice part", AAD: aad, Wrap: flip(w, 100), Err: "sealed"},
		{Name: "curve part", AAD: aad, Wrap: flip(w, 1100), Err: "sealed"},
		{Name: "low order", AAD: aad, Wrap: lowOrder(w), Err: "sealed"},
		{Name: "sealed key", AAD: aad, Wrap: flip(w, len(w)-20), Err: "sealed"},
		{Name: "cut", AAD: aad, Wrap: w[:len(w)-1], Err: "sealed"},
	} {
		c.Private, c.Public = p.Bytes(), p.Public()
		v.Wrap = append(v.Wrap, c)
	}
	good := testCode.String()
	v.Code = []codeVector{
		{Text: good, Code: testCode[:]}, {Text: RecoveryCode{}.String(), Code: make([]byte, 20)},
		{Text: RecoveryCode(bytes.Repeat([]byte{255}, 20)).String(), Code: bytes.Repeat([]byte{255}, 20)},
		{Text: "U" + good[1:], Group: 1, Err: "code"}, {Text: good[:45] + "00", Group: 8, Err: "code"},
		{Text: good[:46], Err: "code"}, {Text: good + "0", Err: "code"}, {Text: "", Err: "code"},
	}
	v.KeyFile = makeKeyVectors(t, resum, flip)
	f := must(SealFile(testPass, FloorKDF, "root", []byte("content")))
	v.File = []fileVector{
		{"good", f, string(testPass), "root", []byte("content"), ""},
		{"other label", f, string(testPass), "admin", nil, "label"},
		{"flip", flip(f, 50), string(testPass), "root", nil, "damaged"},
		{"newer", resum(f, 4, 0, 2), string(testPass), "root", nil, "newer"},
		{"weak", resum(f, 6, 0, 0, 4, 0), string(testPass), "root", nil, "weak"},
		{"bomb", resum(f, 6, 255), string(testPass), "root", nil, "weak"},
	}
	b := boxBytes(t)
	whole := boxVector{Name: "good", Vault: vaultKey[:], File: b, Generation: 2, Entry: id(20), Wraps: [][]byte{[]byte("w")}}
	k1 := testKey(1)
	whole.Keys = []boxKey{{id(1), id(10), k1[:]}}
	whole.Secrets = []boxSecret{{"s", []byte("v")}}
	other := testKey(51)
	v.Box = []boxVector{
		whole, {Name: "flip", Vault: vaultKey[:], File: flip(b, 100), Err: "damaged"},
		{Name: "newer", Vault: vaultKey[:], File: resum(b, 4, 0, 2), Err: "newer"},
		{Name: "generation forged", Vault: vaultKey[:], File: resum(b, 13, 9), Err: "damaged"},
		{Name: "count forged", Vault: vaultKey[:], File: resum(b, 14, 255, 255, 255, 255), Err: "damaged"},
		{Name: "other vault key", Vault: other[:], File: b, Err: "damaged"},
	}
	return v
}

func makeKeyVectors(t *testing.T, resum func([]byte, int, ...byte) []byte, flip func([]byte, int) []byte) []keyVector {
	vault := testKey(50)
	f := &keyFile{Notebook: testNotebook, Generation: 7}
	var err error
	if f.Slots[0], err = passphraseSlot(testNotebook, testPass, FloorKDF, vault); err != nil {
		t.Fatal(err)
	}
	if f.Slots[1], err = recoverySlot(testNotebook, testCode, vault); err != nil {
		t.Fatal(err)
	}
	b := f.encode(vault)
	if binary.BigEndian.Uint64(b[38:]) != 7 {
		t.Fatal("not where the description says")
	}
	pass := string(testPass)
	wrong := RecoveryCode{1}
	return []keyVector{
		{Name: "by passphrase", File: b, Passphrase: pass, Vault: vault[:], Notebook: testNotebook, Generation: 7},
		{Name: "by code", File: b, Code: testCode[:], Vault: vault[:], Notebook: testNotebook, Generation: 7},
		{Name: "another code", File: b, Code: wrong[:], Err: "passphrase"},
		{Name: "flip", File: flip(b, 60), Passphrase: pass, Err: "damaged"},
		{Name: "cut", File: b[:396], Passphrase: pass, Err: "damaged"},
		{Name: "newer", File: resum(b, 4, 0, 2), Passphrase: pass, Err: "newer"},
		{Name: "weak", File: resum(b, 49, 0, 0, 4, 0), Passphrase: pass, Err: "weak"},
		{Name: "bomb", File: resum(b, 49, 255, 255, 255, 255), Passphrase: pass, Err: "weak"},
		{Name: "generation forged", File: resum(b, 45, 9), Code: testCode[:], Err: "damaged"},
		{Name: "slot type forged", File: resum(b, 190, 2), Passphrase: pass, Err: "damaged"},
	}
}

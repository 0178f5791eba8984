package main

import (
	"bytes"
	"io"
	"os"
	"strconv"
	"strings"

	"wherry/storage/seal"
)

// passphrase reads the passphrase of the key files: from the descriptor, the
// file, or the terminal, where a new one is asked for twice. It is never taken
// from arguments or the environment.
func (p *program) passphrase(fresh bool) ([]byte, error) {
	switch {
	case p.passFD >= 0 && p.passFile != "":
		return nil, refuse("usage", "Give the passphrase by a descriptor or by a file, not both.", "Leave one out.")
	case p.passFD >= 0:
		f := os.NewFile(uintptr(p.passFD), "passphrase")
		if f == nil {
			return nil, refuse("bad_passphrase", "That file descriptor is not open.", "Open it for reading first.")
		}
		defer f.Close()
		return readPassphrase(f)
	case p.passFile != "":
		f, err := os.Open(p.passFile)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return readPassphrase(f)
	case p.prompt == nil:
		return nil, refuse("no_passphrase", "A passphrase is needed and there is no terminal to ask on.", "Use --key-passphrase-fd or --key-passphrase-file.")
	}
	first, err := p.prompt("Passphrase of the key files: ")
	if err != nil || !fresh {
		return first, err
	}
	second, err := p.prompt("Again: ")
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(first, second) {
		return nil, refuse("bad_passphrase", "The two passphrases differ.", "Try again.")
	}
	return first, nil
}

func readPassphrase(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, seal.MaxPassphrase+1))
	if err != nil {
		return nil, refuse("bad_passphrase", "The passphrase could not be read.", "Check the descriptor or file.")
	}
	if len(b) > seal.MaxPassphrase {
		return nil, refuse("bad_passphrase", "That passphrase is too long.", "Use at most 4096 bytes.")
	}
	return b, nil
}

// kdfMemory reads a size such as 256MiB into the cost of the key files.
func kdfMemory(text string) (seal.KDF, error) {
	kdf := seal.DefaultKDF
	number, shift := text, 0
	for suffix, s := range map[string]int{"MiB": 10, "GiB": 20} {
		if n, ok := strings.CutSuffix(text, suffix); ok {
			number, shift = n, s
		}
	}
	n, err := strconv.ParseUint(number, 10, 12)
	if err != nil || shift == 0 {
		return kdf, refuse("usage", "The size for --kdf-memory could not be understood.", "Write it like 256MiB.")
	}
	kdf.MemoryKiB = uint32(n) << shift
	return kdf, kdf.Check()
}

package harden

import "golang.org/x/sys/windows/registry"

// swap asks whether the page file is encrypted by the system (the setting of
// fsutil behavior set encryptpagingfile). A disk that BitLocker encrypts as a
// whole cannot be told without an administrator's rights, and counts as open.
func swap() string {
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, `SYSTEM\CurrentControlSet\Control\FileSystem`, registry.QUERY_VALUE)
	if err != nil {
		return SwapOpen
	}
	defer k.Close()
	if v, _, err := k.GetIntegerValue("NtfsEncryptPagingFile"); err == nil && v == 1 {
		return SwapEncrypted
	}
	return SwapOpen
}

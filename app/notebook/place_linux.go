package notebook

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// File systems of other machines, by the magic numbers of statfs(2). Not among
// them are those that virtual machines share folders by (9p, virtiofs, vboxsf):
// their disk is this laptop's.
var networkMagic = map[int64]bool{
	0x6969:     true, // NFS
	0x517b:     true, // SMB
	0xff534d42: true, // CIFS
	0xfe534d42: true, // SMB2
	0x5346414f: true, // AFS
	0x73757245: true, // Coda
	0x00c36400: true, // Ceph
	0x564c:     true, // NCP
}

// networkFuse are programs that show another machine's files through FUSE.
// Others, such as gocryptfs and the NTFS driver, are this laptop's own.
var networkFuse = []string{"rclone", "sshfs", "davfs", "s3fs", "goofys", "gcsfuse", "google-drive-ocamlfuse", "onedriver", "onedrive",
	"curlftpfs", "smbnetfs", "cephfs", "glusterfs", "gvfsd-fuse", "juicefs", "drivefs", "pcloud", "mega"}

const fuseMagic = 0x65735546

// checkVolume refuses a folder on another machine's file system. What cannot
// be found out is not refused.
func checkVolume(path string) error {
	var st unix.Statfs_t
	for p := path; ; p = filepath.Dir(p) {
		err := unix.Statfs(p, &st)
		if err == nil {
			break
		}
		if !errors.Is(err, unix.ENOENT) || p == filepath.Dir(p) {
			return nil
		}
	}
	magic := int64(st.Type) & 0xffffffff
	if networkMagic[magic] {
		return ErrNetworkPlace
	}
	if magic != fuseMagic {
		return nil
	}
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return nil
	}
	defer f.Close()
	if remoteFuse(f, path) {
		return ErrNetworkPlace
	}
	return nil
}

// remoteFuse reads mountinfo (proc(5)) and reports whether the mount that holds
// path is a program for another machine's files.
func remoteFuse(mounts io.Reader, path string) bool {
	best, kind := -1, ""
	sc := bufio.NewScanner(mounts)
	for sc.Scan() {
		head, tail, ok := strings.Cut(sc.Text(), " - ")
		fields, after := strings.Fields(head), strings.Fields(tail)
		if !ok || len(fields) < 5 || len(after) < 2 {
			continue
		}
		at := unescaped(fields[4])
		if len(at) < best || path != at && !strings.HasPrefix(path, strings.TrimSuffix(at, "/")+"/") {
			continue
		}
		// fuse.NAME, or plain fuse with the program's name as its source.
		best, kind = len(at), strings.ToLower(strings.TrimPrefix(after[0], "fuse.")+" "+filepath.Base(unescaped(after[1])))
		if strings.Contains(unescaped(after[1]), ":/") {
			kind += " sshfs" // host:/folder
		}
	}
	for _, name := range strings.Fields(kind) {
		for _, n := range networkFuse {
			if name == n || strings.HasPrefix(name, n+":") {
				return true
			}
		}
	}
	return false
}

// unescaped undoes the \040 of mountinfo.
func unescaped(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

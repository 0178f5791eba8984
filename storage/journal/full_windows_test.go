package journal

import "golang.org/x/sys/windows"

const fullError = windows.ERROR_DISK_FULL

// Package dial gives a notebook its way to the council's endpoint: only the
// programs know the network.
package dial

import (
	"wherry/app/notebook"
	"wherry/sync/engine"
	"wherry/sync/remote"
)

// Remote is a notebook.Config's Dial.
func Remote(e notebook.Endpoint) (engine.Remote, error) {
	return remote.New(remote.Options{URL: e.URL, CA: e.CA, Key: e.Key})
}

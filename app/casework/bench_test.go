package casework

import (
	"fmt"
	"testing"
)

// BenchmarkProject reads a long case: 1,000 visits under a confidential address.
func BenchmarkProject(b *testing.B) {
	s := newStory(b)
	s.set("f1", "address", "4 Broad Row, Cromer, NR27 9AA")
	s.set("f2", "address_confidential", "yes")
	for i := range 1000 {
		s.visit(fmt.Sprintf("v%d", i), "2026-11-12T10:00:00Z", nil)
	}
	for b.Loop() {
		s.project()
	}
}

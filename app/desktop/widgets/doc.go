// Package widgets is the kit the screens are built from. It mends what the
// toolkit leaves undone: buttons answer Return as well as Space, text boxes let
// Tab out, dialogs answer Escape and Return and take the first focus, focus
// goes in reading order and is always visible, lists have rows of one height,
// and every colour meets WCAG 2.2 contrast (contrast_test.go).
//
// A widget tells of what a person did through a callback; it knows nothing of
// records, notebooks or languages. Words come in as arguments.
package widgets

// Package export turns one child's case file into documents for people outside
// the notebook.
//
// Every document says who made it, for whom, why, and how complete it is and
// to when. It is made from the case file of one child and holds nothing that
// is not in it; a confidential address is left out of the text, the structure
// and the metadata alike. Writing the file safely, asking whether the person
// may export, and noting the export in the record are the caller's.
package export

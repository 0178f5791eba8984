// Package index is Wherry's full-text search: a compressed index held in
// memory and kept on disk only sealed (docs/formats/index.md).
//
// It is a view. Everything in it can be built again from the journal, so what is
// damaged or made by other rules is thrown away, not mended.
//
// # What matches
//
// Text is cut into words by one set of rules (token.go, fold.go), for notes and
// for queries alike:
//
//   - A word is a run of letters and digits. Case and diacritics are folded by
//     NFKD and a table for letters that do not decompose, so Nguyễn, NGUYEN and
//     nguyen are one word, as are Łukasz and lukasz, Ŵyn and wyn.
//   - An apostrophe of any kind inside a word is dropped: O'Brien, O’Brien and
//     obrien are one word. A closing 's is dropped too: James's is james.
//   - A hyphen ends a word, so Smith-Jones is found by smith and by jones. In a
//     query, smith-jones asks for the two words side by side.
//   - Scripts written without spaces (Han, Kana, Thai, Lao, Khmer, Myanmar) are
//     cut into single characters; a query of several asks for them side by side.
//
// Every word keeps its exact folded form and its position. Words of a to z are
// grouped by their English Snowball stem, so a plain query word also finds its
// inflections. A quoted phrase asks for exactly the folded words given, not for
// their stems. Joining a phrase to a stem would find "visited home" for "visit
// home"; someone who types quotes wants the words as they stand.
//
// # Queries
//
// Words are joined by AND. OR in capitals asks for either of its neighbours, - before
// a word or quotation excludes, * ends a word that may go on, and kind:, author:,
// child:, from: and until: are handed to the caller.
//
// People's names are written in many ways. If a query asks for it, a plain word
// also stands for names of a register that are variants of it: by a table of
// spellings, by likeness, or by sound. Ordinary words are never matched so, nor
// are quotations: a wrong child found by likeness is a risk. Such hits say so
// and come last.
//
// # Rank
//
// BM25 (k1 1.2, b 0.75). The word as typed counts one, another form of it one
// half. The frequency of a query word in the collection is the sum over the
// words it stands for, at most the number of notes. A phrase is weighed by its
// number of occurrences and the sum of its words' rarities. Alternatives of an OR
// add up; variants of a name count a quarter. Scores are rounded
// to four decimals; equal scores are ordered by id, so the same notes give the
// same list on every device, in whatever order they arrived.
package index

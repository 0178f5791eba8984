package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"wherry/sync/endpoint"
)

// problem is an error as a person meets it: what happened and what to do next.
// Its fields are in the order of the contract.
type problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Next    string `json:"next"`
	Exit    int    `json:"exit"`
}

func (p *problem) Error() string { return p.Message }

func refuse(code, message, next string) error {
	return &problem{Code: code, Message: message, Next: next, Exit: exitRefused}
}

// output writes what the contract promises: with --json one object a line on
// stdout, and people's text on stderr; without it a sentence on stdout.
type output struct {
	json           bool
	logs           bool // stderr carries JSON log lines: failures too are one
	stdout, stderr io.Writer
}

// line prints one JSON object as one line, at once.
func (o *output) line(v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	if _, err := o.stdout.Write(b.Bytes()); err != nil {
		return refuse("no_output", "The output could not be written.", "Check where it goes.")
	}
	return nil
}

// say prints the JSON form with --json, and the sentence otherwise.
func (o *output) say(v any, format string, args ...any) error {
	if o.json {
		return o.line(v)
	}
	_, err := fmt.Fprintf(o.stdout, format+"\n", args...)
	return err
}

// fail prints an error as the contract's last line and a sentence for people,
// and returns the exit code.
func (o *output) fail(err error) int {
	var quiet exitOnly
	switch {
	case err == nil:
		return 0
	case errors.As(err, &quiet):
		return int(quiet)
	}
	p := explain(err)
	if o.json {
		_ = o.line(struct { // stdout may be gone; the exit code still tells
			V     int      `json:"v"`
			Error *problem `json:"error"`
		}{1, p})
	}
	if o.logs {
		endpoint.NewLogger(o.stderr).Error(p.Message, "code", p.Code)
	} else {
		fmt.Fprintf(o.stderr, "%s\n%s\n", p.Message, p.Next)
	}
	return p.Exit
}

// exitOnly carries an exit code past cobra when everything was said already.
type exitOnly int

func (e exitOnly) Error() string { return fmt.Sprintf("exit %d", int(e)) }

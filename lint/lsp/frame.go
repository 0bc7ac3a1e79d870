package lsp

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

const (
	// maxMessage is the number of bytes of the largest message that is read. A
	// document of the largest size that wardnix reads fits, escaped.
	maxMessage = 64 << 20
	// maxHeader is the number of bytes of the longest line of a header.
	maxHeader = 4 << 10
	// maxHeaders is the number of lines of the longest header.
	maxHeaders = 32
)

// errTooLarge is the error of a message above maxMessage. The next one can be read.
var errTooLarge = fmt.Errorf("a message has more than %d bytes", maxMessage)

// errFraming is the error of a stream that is not a sequence of messages: where the next
// one begins is not known.
var errFraming = errors.New("malformed header")

// readFrame reads the content of the next message. The error is io.EOF at the end of
// the stream between two messages.
func readFrame(r *bufio.Reader) ([]byte, error) {
	length, err := readHeader(r)
	if err != nil {
		return nil, err
	}
	if length > maxMessage {
		if _, err := io.CopyN(io.Discard, r, length); err != nil {
			return nil, io.ErrUnexpectedEOF
		}
		return nil, errTooLarge
	}
	content := make([]byte, 0, min(length, 1<<16)) // what is announced need not come
	for int64(len(content)) < length {
		content = append(content, make([]byte, min(length-int64(len(content)), 1<<20))...)[:len(content)]
		n, err := io.ReadFull(r, content[len(content):min(int64(cap(content)), length)])
		if content = content[:len(content)+n]; err != nil {
			return nil, io.ErrUnexpectedEOF
		}
	}
	return content, nil
}

// readHeader reads the lines before a content, up to the empty one.
func readHeader(r *bufio.Reader) (length int64, err error) {
	length = -1
	for range maxHeaders {
		line, err := readLine(r)
		switch {
		case errors.Is(err, io.EOF) && length < 0 && line == "":
			return 0, io.EOF
		case errors.Is(err, io.EOF):
			return 0, io.ErrUnexpectedEOF
		case err != nil:
			return 0, err
		case line == "" && length >= 0:
			return length, nil
		case line == "":
			return 0, fmt.Errorf("%w: no Content-Length", errFraming)
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return 0, fmt.Errorf("%w: %.40q", errFraming, line)
		}
		if strings.EqualFold(strings.TrimSpace(name), "Content-Length") {
			n, err := strconv.ParseUint(strings.TrimSpace(value), 10, 63)
			if err != nil {
				return 0, fmt.Errorf("%w: Content-Length is %.40q", errFraming, value)
			}
			length = int64(n)
		}
	}
	return 0, fmt.Errorf("%w: too many lines", errFraming)
}

// readLine reads a line of a header without its end.
func readLine(r *bufio.Reader) (string, error) {
	line, err := r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return "", fmt.Errorf("%w: a line is too long", errFraming)
	}
	return strings.TrimRight(string(line), "\r\n"), err
}

// newReader is a reader whose lines are at most maxHeader bytes long.
func newReader(r io.Reader) *bufio.Reader { return bufio.NewReaderSize(r, maxHeader) }

// frame is a content with its header.
func frame(content []byte) []byte {
	header := "Content-Length: " + strconv.Itoa(len(content)) + "\r\n\r\n"
	return append([]byte(header), content...)
}

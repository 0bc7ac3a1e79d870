package contradiction

import "regexp"

// listenFlag matches an option whose value is an address or port to listen on.
var listenFlag = regexp.MustCompile(`^--?(?:(?:[a-z]+[-.])*(?:listen|bind)(?:[-.]?(?:addr|address|port|on))?|(?:http|https|web|ui|listening)[-.](?:port|addr|address))$`)

package desktop

var welsh = map[string]string{}

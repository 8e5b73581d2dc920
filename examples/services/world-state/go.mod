module worldstate

go 1.26.0

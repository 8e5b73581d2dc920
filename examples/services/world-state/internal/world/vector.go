package world

import "math"

// Vector is a place or a direction in the plane.
type Vector struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

func (v Vector) add(other Vector) Vector {
	return Vector{v.X + other.X, v.Y + other.Y}
}

func (v Vector) scale(factor float64) Vector {
	return Vector{v.X * factor, v.Y * factor}
}

func (v Vector) length() float64 {
	return math.Hypot(v.X, v.Y)
}

func (v Vector) isFinite() bool {
	// The difference of infinities, and all that comes from it, is not a number.
	return v.X-v.X == 0 && v.Y-v.Y == 0
}

// limit returns the vector, shortened to a length if it is longer.
func (v Vector) limit(length float64) Vector {
	if actual := v.length(); actual > length {
		return v.scale(length / actual)
	}
	return v
}

// clamp returns the nearest place in the square from 0 to a size.
func (v Vector) clamp(size float64) Vector {
	return Vector{min(max(v.X, 0), size), min(max(v.Y, 0), size)}
}

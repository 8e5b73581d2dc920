package world

import (
	"maps"
	"math"
	"slices"
)

const cellWidth = 50

type cell struct{ column, row int }

// grid finds entities by place without looking at all of them.
type grid struct {
	size  float64
	cells map[cell]map[string]Vector
}

func newGrid(size float64) *grid {
	return &grid{size: size, cells: map[cell]map[string]Vector{}}
}

func cellOf(place Vector) cell {
	return cell{int(math.Floor(place.X / cellWidth)), int(math.Floor(place.Y / cellWidth))}
}

func (g *grid) put(name string, place Vector) {
	key := cellOf(place)
	if g.cells[key] == nil {
		g.cells[key] = map[string]Vector{}
	}
	g.cells[key][name] = place
}

func (g *grid) remove(name string, place Vector) {
	key := cellOf(place)
	delete(g.cells[key], name)
	if len(g.cells[key]) == 0 {
		delete(g.cells, key)
	}
}

// near returns the names of what is at most a radius away, in no particular order.
func (g *grid) near(centre Vector, radius float64) []string {
	names := []string{}
	for _, places := range g.around(centre, radius) {
		for name, place := range places {
			if place.add(centre.scale(-1)).length() <= radius {
				names = append(names, name)
			}
		}
	}
	return names
}

// around returns the occupied cells that a circle may touch.
func (g *grid) around(centre Vector, radius float64) []map[string]Vector {
	// Everything is inside of the square. Without the clamp a client could ask for a place
	// so far away that its cell has no number.
	reach := Vector{radius, radius}
	first := cellOf(centre.add(reach.scale(-1)).clamp(g.size))
	last := cellOf(centre.add(reach).clamp(g.size))
	if columns, rows := last.column-first.column+1, last.row-first.row+1; columns*rows > len(g.cells) {
		return slices.Collect(maps.Values(g.cells))
	}
	found := []map[string]Vector{}
	for column := first.column; column <= last.column; column++ {
		for row := first.row; row <= last.row; row++ {
			if places := g.cells[cell{column, row}]; places != nil {
				found = append(found, places)
			}
		}
	}
	return found
}

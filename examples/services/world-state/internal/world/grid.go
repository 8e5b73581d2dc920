package world

import "math"

const cellWidth = 50

type cell struct{ column, row int }

// grid finds entities by place without looking at all of them.
type grid struct {
	cells map[cell]map[string]Vector
}

func newGrid() *grid {
	return &grid{cells: map[cell]map[string]Vector{}}
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
	reach := Vector{radius, radius}
	first, last := cellOf(centre.add(reach.scale(-1))), cellOf(centre.add(reach))
	names := []string{}
	for column := first.column; column <= last.column; column++ {
		for row := first.row; row <= last.row; row++ {
			for name, place := range g.cells[cell{column, row}] {
				if place.add(centre.scale(-1)).length() <= radius {
					names = append(names, name)
				}
			}
		}
	}
	return names
}

import type { ComponentChildren } from "preact"
import { useLayoutEffect, useRef, useState } from "preact/hooks"

/** Rows that are drawn above and below the screen, so that scrolling shows no gaps. */
const MORE = 12

interface WindowedProps {
  count: number
  /** Pixels; every row has the same height. */
  rowHeight: number
  /** A row that stays in the page wherever the screen is, so that the keyboard can come back to it. */
  keep?: number
  children: (index: number) => ComponentChildren
  role?: "list" | "rowgroup" | "presentation"
  label?: string
}

/** A list of any length, of which only the rows on the screen are in the page. It scrolls with it. */
export function Windowed({
  count,
  rowHeight,
  keep,
  children,
  role = "list",
  label,
}: WindowedProps) {
  const box = useRef<HTMLDivElement>(null)
  const [{ first, last }, setRange] = useState({ first: 0, last: 3 * MORE })
  useLayoutEffect(() => {
    function update() {
      const top = box.current?.getBoundingClientRect().top ?? 0
      const range = {
        first: Math.max(0, Math.floor(-top / rowHeight) - MORE),
        last: Math.ceil((innerHeight - top) / rowHeight) + MORE,
      }
      setRange((old) => (old.first === range.first && old.last === range.last ? old : range))
    }
    update()
    addEventListener("scroll", update, { passive: true })
    addEventListener("resize", update)
    return () => {
      removeEventListener("scroll", update)
      removeEventListener("resize", update)
    }
  }, [count, rowHeight])
  const length = Math.max(0, Math.min(count, last) - first)
  const indices = Array.from({ length }, (_, offset) => first + offset)
  if (keep !== undefined && keep < count && !indices.includes(keep))
    indices[keep < first ? "unshift" : "push"](keep)
  return (
    <div
      ref={box}
      class="windowed"
      role={role}
      aria-label={label}
      style={{ height: `${count * rowHeight}px` }}
    >
      {indices.map((index) => (
        <div
          key={index}
          class="windowed-row"
          role={role === "list" ? "listitem" : "presentation"}
          aria-setsize={role === "list" ? count : undefined}
          aria-posinset={role === "list" ? index + 1 : undefined}
          style={{ height: `${rowHeight}px`, transform: `translateY(${index * rowHeight}px)` }}
        >
          {children(index)}
        </div>
      ))}
    </div>
  )
}

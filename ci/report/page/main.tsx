import { render } from "preact"
import type { PageData } from "../src/page-data.js"
import { App } from "./app.js"
import "./style.css"

const data = JSON.parse(document.getElementById("data")?.textContent ?? "") as PageData
const place = document.getElementById("app")
if (place !== null) {
  place.replaceChildren()
  render(<App data={data} />, place)
}

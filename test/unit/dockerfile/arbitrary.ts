import fc from "fast-check"

/** Pieces that, put together, give files near to real ones, and all the ways to break them. */
const pieces = fc.constantFrom(
  ...["FROM a", "FROM a AS b", "from b", "RUN ", "COPY ", "ADD ", "ENV ", "ARG ", "LABEL "],
  ...["CMD ", "ONBUILD ", "HEALTHCHECK ", "EXPOSE ", "USER ", "VOLUME ", "SHELL ", "WORKDIR "],
  ...["--mount=type=bind ", "--from=b ", "--link ", "--", "<<EOF", "<<-EOF", "<<'E F'", "EOF"],
  ...["\n", "\n", "\n", "\r\n", "\\\n", "`\n", "\\", "`", "# c\n", "# escape=`\n", "\uFEFF"],
  ...[" ", "\t", "'", '"', "a", "b=c", "$X", "${X", "${X:-d}", '["a", "b"]', "[1]", "\u00a0", "é"],
)

/** Texts that look like Dockerfiles. */
export const dockerfileText = fc
  .array(pieces, { maxLength: 40 })
  .map((parts) => `FROM base\n${parts.join("")}`)

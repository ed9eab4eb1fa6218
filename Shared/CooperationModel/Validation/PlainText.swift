/// What a text may hold: one line of a title, or the lines of a description.
public enum TextShape: Sendable {
  /// Goes into a header, a subject or a cell: no line breaks, no tabs.
  case line
  /// Line breaks (kept as LF) and tabs are part of it.
  case lines
}

/// True for what can be shown in a line as it is: no control character, no line or paragraph separator, nothing that
/// overrides the direction of writing.
func isPlain(_ scalar: Unicode.Scalar) -> Bool { !isControl(scalar) && !overridesDirection(scalar) }

func isControl(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x00...0x1F, 0x7F...0x9F, 0x2028, 0x2029: true
  default: false
  }
}

/// Embeddings, overrides and isolates (UAX 9): they can make a text read other than it is.
func overridesDirection(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x202A...0x202E, 0x2066...0x2069: true
  default: false
  }
}

/// A text of the given shape and length, without space around it; nil with what is wrong recorded.
///
/// Length is counted in Unicode scalars, as JSON Schema's `maxLength` does.
func plainText(
  _ text: String, _ shape: TextShape, atMost limit: Int, at pointer: String, _ violations: inout [Violation]
) -> String? {
  let trimmed = trimmedLines(text, shape)
  let count = trimmed.unicodeScalars.count
  let found = violations.count
  if count > limit { violations.append(.tooLong(pointer, count, atMost: limit)) }
  let allowed: [Unicode.Scalar] = shape == .lines ? ["\n", "\t"] : []
  if let scalar = trimmed.unicodeScalars.first(where: { isControl($0) && !allowed.contains($0) }) {
    violations.append(.controlCharacter(pointer, scalar))
  }
  if let scalar = trimmed.unicodeScalars.first(where: overridesDirection) {
    violations.append(.directionMark(pointer, scalar))
  }
  return violations.count == found ? trimmed : nil
}

/// Without space at either end. In a text of several lines, CR LF becomes LF and breaks at the ends go too; in a line
/// they stay, to be refused rather than passed over.
private func trimmedLines(_ text: String, _ shape: TextShape) -> String {
  // Most texts have nothing to trim: they start and end with a visible ASCII character and have no CR.
  let bytes = text.utf8
  if let first = bytes.first, let last = bytes.last, (0x21...0x7E).contains(first), (0x21...0x7E).contains(last),
    !bytes.contains(0x0D)
  {
    return text
  }
  var scalars = Array(text.unicodeScalars)
  if shape == .lines, scalars.contains("\r") {
    scalars = scalars.enumerated().filter { index, scalar in
      !(scalar == "\r" && index + 1 < scalars.count && scalars[index + 1] == "\n")
    }.map(\.element)
  }
  func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case " ", "\u{A0}", "\u{202F}": true
    case "\t", "\n": shape == .lines
    default: false
    }
  }
  let end = scalars.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? 0
  var result = String.UnicodeScalarView()
  result.append(contentsOf: scalars[..<end].drop(while: isSpace))
  return String(result)
}

/// A table in columns as wide as what they hold.
struct TextTable {
  enum Alignment { case left, right }

  private let columns: [(title: String, alignment: Alignment)]
  private var rows: [[String]] = []

  /// - Parameter columns: a title that begins with `>` is a column of figures, set to the right.
  init(_ columns: [String]) {
    self.columns = columns.map { title in
      title.hasPrefix(">") ? (String(title.dropFirst()), .right) : (title, .left)
    }
  }

  var isEmpty: Bool { rows.isEmpty }

  mutating func add(_ cells: [String]) { rows.append(cells) }

  /// With a line end after each row; no spaces at the end of a line.
  var text: String {
    let widths = columns.indices.map { column in
      rows.reduce(columns[column].title.count) { max($0, $1[column].count) }
    }
    return ([columns.map(\.title)] + rows).map { cells in
      let line = zip(cells, zip(columns, widths)).map { cell, shape in
        let padding = String(repeating: " ", count: shape.1 - cell.count)
        return shape.0.alignment == .right ? padding + cell : cell + padding
      }
      return String(line.joined(separator: "  ").trimmingSuffix { $0 == " " }) + "\n"
    }.joined()
  }
}

extension String {
  /// At most that many characters, the last one an ellipsis when some were left out.
  func shortened(to length: Int) -> String { count <= length ? self : prefix(length - 1) + "…" }

  fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> Substring {
    var rest = self[...]
    while let last = rest.last, isTrimmed(last) { rest.removeLast() }
    return rest
  }
}

import ThemeClassifier

/// The figures of sources that were held out, as a table.
enum HeldOutReport {
  static func text(_ result: HeldOut) -> String {
    var lines = [
      "Sources held out in turn: right at the first place / among the first five, in percent.",
      row(["tested on", "texts", "classifier", "commonest", "neighbours", "5 digits of", "classifier"]),
    ]
    for (name, count) in result.counts.sorted(by: { $0.key < $1.key }) {
      lines.append(
        row([
          name, String(count.texts), pair(count.first, count.five, count.texts),
          pair(count.commonestFirst, count.commonestFive, count.texts),
          pair(count.neighboursFirst, count.neighboursFive, count.texts), String(count.purposeTexts),
          pair(count.purposeFirst, count.purposeFive, count.purposeTexts),
        ]))
    }
    lines.append(
      "recall among five, mean over labels: \(percent(result.macroRecall)); temperature \(result.temperature)")
    return lines.joined(separator: "\n") + "\n"
  }

  private static func row(_ cells: [String]) -> String {
    let widths = [44, 7, 13, 13, 13, 12, 12]
    return zip(cells, widths).map { cell, width in
      let gap = String(repeating: " ", count: max(1, width - cell.count))
      return width == widths[0] ? cell + gap : gap + cell
    }.joined()
  }

  private static func pair(_ first: Int, _ five: Int, _ of: Int) -> String {
    of == 0 ? "–" : "\(percent(Double(first) / Double(of)))/\(percent(Double(five) / Double(of)))"
  }

  private static func percent(_ share: Double) -> String {
    let tenths = Int((share * 1_000).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}

/// Reads a command line into values by key: `--key value`, `--key=value`, and `--key` or `--no-key` for a switch.
struct FlagParser {
  private let options: [String: any AnyConfigurationOption]

  init(_ options: [any AnyConfigurationOption]) {
    self.options = Dictionary(options.map { ($0.flag, $0) }) { first, _ in first }
  }

  /// - Throws: ``HelpRequested`` for `--help` or `-h`; ``StartupError`` with status 64 for what it does not know.
  func parse(_ arguments: [String]) throws -> [String: String] {
    var values: [String: String] = [:]
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--help" || argument == "-h" { throw HelpRequested() }
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let name = parts.first ?? ""
      let key: String
      let value: String
      if let option = options[name] {
        key = option.key
        if parts.count == 2 {
          value = parts[1]
        } else if option.isSwitch {
          value = "true"
        } else if let next = rest.popFirst() {
          value = next
        } else {
          throw StartupError.usage("\(name) needs a value: \(name) \(option.placeholder)")
        }
      } else if name.hasPrefix("--no-"), let option = options["--" + name.dropFirst(5)], option.isSwitch,
        parts.count == 1
      {
        key = option.key
        value = "false"
      } else {
        let near = Spelling.nearest(to: name, in: options.keys.sorted()).map { ": did you mean \($0)?" }
        throw StartupError.usage("there is no \(name)\(near ?? ": see --help")")
      }
      guard values.updateValue(value, forKey: key) == nil else {
        throw StartupError.usage("\(name) stands twice")
      }
    }
    return values
  }
}

/// The command line asks for the help.
package struct HelpRequested: Error {}

/// The help, made of the options' declarations.
package enum HelpText {
  package static func text(
    name: String, summary: String, options: [any AnyConfigurationOption]
  ) -> String {
    var text = "\(name): \(summary)\n\nUsage: \(name) [options]\n\nOptions\n"
    for option in options {
      let value = option.isSwitch ? "" : " \(option.isSecret ? "FILE" : option.placeholder)"
      text += "  \(option.flag)\(value)\n"
      text += wrapped(option.help, indent: 6)
      let variables = option.isSecret ? "\(option.variable)_FILE or \(option.variable)" : option.variable
      text += "      \(variables); in the file: \(option.key)\(option.isSecret ? "-file" : "")"
      text += option.standardText.map { "; default: \($0)\n" } ?? "\n"
    }
    text += "  --help\n      Shows this.\n\n"
    text += "Flags come before the environment, that before the file, that before the defaults.\n"
    text += "In a file, dots are levels: log.level is the key level inside log.\n"
    return text
  }

  private static func wrapped(_ text: String, indent: Int, width: Int = 96) -> String {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = [""]
    for word in text.split(separator: " ") {
      let last = lines[lines.count - 1]
      if last.isEmpty {
        lines[lines.count - 1] = String(word)
      } else if last.count + word.count + 1 + indent <= width {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines.map { margin + $0 + "\n" }.joined()
  }
}

/// Guesses what somebody meant to write.
enum Spelling {
  /// The known word that takes the fewest changes, if these are few.
  ///
  /// - Parameter surely: only so few that it can hardly be another word.
  static func nearest<Word: StringProtocol>(to word: Word, in known: [Word], surely: Bool = false) -> Word? {
    let most = surely ? (word.count < 10 ? 1 : 2) : max(2, word.count / 5)
    let candidates = known.map { ($0, distance(word, $0)) }
    guard let best = candidates.min(by: { $0.1 < $1.1 }), best.1 <= most else { return nil }
    return best.0
  }

  /// Insertions, removals and replacements (Levenshtein).
  private static func distance(_ left: some StringProtocol, _ right: some StringProtocol) -> Int {
    let right = Array(right.utf8)
    var row = Array(0...right.count)
    for (i, byte) in left.utf8.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in right.enumerated() {
        let next = min(row[j] + 1, row[j + 1] + 1, diagonal + (byte == other ? 0 : 1))
        diagonal = row[j + 1]
        row[j + 1] = next
      }
    }
    return row[right.count]
  }
}

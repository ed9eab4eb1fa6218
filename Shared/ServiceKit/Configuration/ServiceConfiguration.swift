import Configuration
import Foundation
import Yams

/// What a service was told, and by what: flags before environment before file before defaults.
///
/// Every value is checked when the configuration is read, also one that nobody asks for, so that a mistake stops the start
/// and not the night after.
package struct ServiceConfiguration: Sendable {
  /// A value and where it came from.
  struct Found: Equatable {
    var text: String
    /// As in `--http`, `BOURSE_HTTP` or `http in bourse.yaml`.
    var source: String
  }

  private let found: [String: Found]

  /// - Parameters:
  ///   - arguments: without the program's name.
  ///   - environment: all of it; variables that begin with `BOURSE_` count.
  /// - Throws: ``StartupError``, or ``HelpRequested``.
  package init(
    _ options: [any AnyConfigurationOption], arguments: [String], environment: [String: String]
  ) async throws {
    let flags = try FlagParser(options).parse(arguments)
    let environmentProvider = EnvironmentVariablesProvider(environmentVariables: environment)
    let file = try await Self.file(flags, environment)
    var found: [String: Found] = [:]
    for option in options {
      var value = flags[option.key].map { Found(text: $0, source: option.flag) }
      if value == nil, let text = try Self.text(environmentProvider, ["bourse"] + option.parts) {
        value = Found(text: text, source: option.variable)
      }
      if value == nil, let file, let text = try Self.text(file.provider, option.parts) {
        value = Found(text: text, source: "\(option.key) in \(file.name)")
      }
      if option.isSecret { value = try Self.secret(option, value, flags, environmentProvider, file) }
      guard let value else { continue }
      if let form = option.problem(with: value.text) {
        let shown = option.isSecret ? "" : " \"\(value.text.prefix(200))\""
        let message = "\(value.source):\(shown) is not a value for it: use \(form)"
        throw value.source.hasPrefix("--") ? StartupError.usage(message) : StartupError.configuration(message)
      }
      found[option.key] = value
    }
    try Self.refuseUnknown(options, environment, file)
    self.found = found
  }

  /// The option's value, or else its default.
  package subscript<Value>(option: ConfigurationOption<Value>) -> Value? {
    found[option.key].flatMap { Value(configurationText: $0.text) } ?? option.standard
  }

  /// The option's value, or else its default.
  ///
  /// - Throws: ``StartupError`` saying how to set it when there is neither.
  package func required<Value>(_ option: ConfigurationOption<Value>) throws -> Value {
    guard let value = self[option] else {
      throw StartupError.configuration(
        "\(option.key) is not set: use \(option.flag) \(option.placeholder), or \(option.variable)")
    }
    return value
  }

  // MARK: Sources

  private struct File {
    var name: String
    var provider: any ConfigProvider
    /// The keys that stand in it, sorted.
    var keys: [String]
  }

  /// The configuration file that `--config` or `BOURSE_CONFIG` names.
  private static func file(_ flags: [String: String], _ environment: [String: String]) async throws -> File? {
    guard let path = flags["config"] ?? environment["BOURSE_CONFIG"] else { return nil }
    let url = URL(fileURLWithPath: path)
    let name = url.lastPathComponent
    do {
      switch url.pathExtension {
      case "json":
        let provider = try await FileProvider<JSONSnapshot>(filePath: .init(path))
        return File(name: name, provider: provider, keys: try keys(ofJSON: url))
      case "yaml", "yml":
        let provider = try await FileProvider<YAMLSnapshot>(filePath: .init(path))
        return File(name: name, provider: provider, keys: try keys(ofYAML: url))
      default: throw StartupError.configuration("\(path): a configuration file ends in .yaml, .yml or .json")
      }
    } catch let error as StartupError {
      throw error
    } catch {
      let reason = String(describing: error).split(separator: "\n").joined(separator: " ")
      throw StartupError.configuration("cannot read the configuration file \(path): \(reason)")
    }
  }

  /// A key's value as text, whatever its type in the source; a list joined by commas.
  private static func text(_ provider: any ConfigProvider, _ key: [String]) throws -> String? {
    let key = AbsoluteConfigKey(key)
    for type in [ConfigType.string, .int, .double, .bool, .stringArray, .intArray] {
      guard let value = try? provider.value(forKey: key, type: type).value else { continue }
      switch value.content {
      case .string(let text): return text
      case .int(let number): return String(number)
      case .double(let number): return String(number)
      case .bool(let isTrue): return String(isTrue)
      case .stringArray(let texts): return texts.joined(separator: ",")
      case .intArray(let numbers): return numbers.map(String.init).joined(separator: ",")
      default: continue
      }
    }
    return nil
  }

  /// A secret from the file that `--KEY-file`, `BOURSE_KEY_FILE` or the file's `KEY-file` names, or else as found. The
  /// file's last line end is no part of it.
  private static func secret(
    _ option: any AnyConfigurationOption, _ direct: Found?, _ flags: [String: String],
    _ environment: any ConfigProvider,
    _ file: File?
  ) throws -> Found? {
    var parts = option.parts
    parts[parts.count - 1] += "-file"
    let path: Found? =
      if let text = flags[option.key] {
        Found(text: text, source: option.flag)
      } else if let text = try text(environment, ["bourse"] + parts) {
        Found(text: text, source: option.variable + "_FILE")
      } else if let file, let text = try text(file.provider, parts) {
        Found(text: text, source: "\(option.key)-file in \(file.name)")
      } else {
        nil
      }
    guard let path else { return direct }
    guard let text = try? String(contentsOfFile: path.text, encoding: .utf8) else {
      throw StartupError.configuration("\(path.source): cannot read \(path.text)")
    }
    return Found(text: text.hasSuffix("\n") ? String(text.dropLast()) : text, source: path.source)
  }

  private static func keys(ofJSON url: URL) throws -> [String] {
    keys(of: try JSONSerialization.jsonObject(with: Data(contentsOf: url)), below: "")
  }

  private static func keys(ofYAML url: URL) throws -> [String] {
    keys(of: try Yams.load(yaml: String(contentsOf: url, encoding: .utf8)) as Any, below: "")
  }

  /// Every leaf's key, its levels joined by dots, sorted.
  private static func keys(of value: Any, below prefix: String) -> [String] {
    guard let members = value as? [String: Any] else { return [prefix] }
    return members.flatMap { keys(of: $0.value, below: prefix.isEmpty ? $0.key : "\(prefix).\($0.key)") }.sorted()
  }

  /// A variable or a key in the file that is nearly one of ours is a mistake in writing. One that is not may be another
  /// service's: several can share an environment and a file.
  private static func refuseUnknown(
    _ options: [any AnyConfigurationOption], _ environment: [String: String], _ file: File?
  ) throws {
    let prefix = "BOURSE_"
    let variables = Set(options.flatMap { [$0.variable, $0.variable + "_FILE"] }.map { $0.dropFirst(prefix.count) })
    for name in environment.keys.sorted() where name.hasPrefix(prefix) {
      let rest = name.dropFirst(prefix.count)
      guard !variables.contains(rest), let near = Spelling.nearest(to: rest, in: variables.sorted(), surely: true)
      else {
        continue
      }
      throw StartupError.configuration("there is no \(name): did you mean \(prefix)\(near)?")
    }
    guard let file else { return }
    let keys = Set(options.flatMap { $0.isSecret ? [$0.key, $0.key + "-file"] : [$0.key] })
    for key in file.keys where !keys.contains(key) {
      guard let near = Spelling.nearest(to: key, in: keys.sorted(), surely: true) else { continue }
      throw StartupError.configuration("there is no \(key) in \(file.name): did you mean \(near)?")
    }
  }
}

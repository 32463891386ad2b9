// The first gate for bytes from outside: verifier, version, names, UTF-8; see wire.h.
#include "net/wire.h"

#include <algorithm>

#include "net/messages.h"

namespace bv {

namespace {

// A message has at most a few tables per column, event or job; more is an attempt to keep the verifier busy.
constexpr flatbuffers::uoffset_t max_tables = 10'000;
constexpr flatbuffers::uoffset_t max_depth = 8;
// The least message: root offset, file identifier and one table with its vtable.
constexpr size_t min_message_bytes = 20;

}  // namespace

const wire::Message* verify_message(std::span<const std::byte> message, DecodeError& error) {
    error = DecodeError::not_a_message;
    if (message.size() < min_message_bytes) return nullptr;
    if (message.size() > max_message_bytes) {
        error = DecodeError::too_large;
        return nullptr;
    }
    const auto* bytes = reinterpret_cast<const uint8_t*>(message.data());
    flatbuffers::Verifier verifier(bytes, message.size(), max_depth, max_tables);
    if (!wire::MessageBufferHasIdentifier(bytes) || !wire::VerifyMessageBuffer(verifier)) return nullptr;
    const wire::Message* m = wire::GetMessage(bytes);
    if (m->version() != protocol_version) {
        error = DecodeError::wrong_version;
        return nullptr;
    }
    if (!valid_source_name(view(m->source()))) {
        error = DecodeError::text_invalid;
        return nullptr;
    }
    if (m->time_ns() < 0) {
        error = DecodeError::time_invalid;
        return nullptr;
    }
    if (m->payload_type() == wire::Payload::NONE || !m->payload()) return nullptr;
    if (m->payload_type() > wire::Payload::MAX) return nullptr;
    error = DecodeError::none;
    return m;
}

// Table 3-7 of the Unicode standard: no overlong forms, no surrogates, nothing above U+10FFFF.
bool valid_utf8(std::string_view text) {
    for (size_t i = 0; i < text.size();) {
        const auto byte = [&](size_t at) { return at < text.size() ? uint8_t(text[at]) : uint8_t(0); };
        const auto tail = [&](size_t at) { return (byte(at) & 0xC0) == 0x80; };
        const uint8_t b = byte(i), next = byte(i + 1);
        if (b < 0x80)
            i += 1;
        else if (b >= 0xC2 && b <= 0xDF && tail(i + 1))
            i += 2;
        else if ((b & 0xF0) == 0xE0 && tail(i + 1) && tail(i + 2) && !(b == 0xE0 && next < 0xA0) &&
                 !(b == 0xED && next > 0x9F))
            i += 3;
        else if (b >= 0xF0 && b <= 0xF4 && tail(i + 1) && tail(i + 2) && tail(i + 3) && !(b == 0xF0 && next < 0x90) &&
                 !(b == 0xF4 && next > 0x8F))
            i += 4;
        else
            return false;
    }
    return true;
}

bool valid_text(const flatbuffers::String* text, size_t max_bytes) {
    const std::string_view v = view(text);
    if (v.size() > max_bytes || !valid_utf8(v)) return false;
    return std::none_of(v.begin(), v.end(), [](char c) { return uint8_t(c) < 0x20 || c == 0x7F; });
}

bool valid_source_name(std::string_view name) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
    };
    return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), allowed);
}

Bytes finish_message(flatbuffers::FlatBufferBuilder& builder, const MessageHeader& header, wire::Payload kind,
                     flatbuffers::Offset<void> payload) {
    const auto source = builder.CreateString(header.source);
    wire::FinishMessageBuffer(
        builder, wire::CreateMessage(builder, protocol_version, source, header.boot_id, header.sequence, header.time_ns,
                                     header.topology_hash, kind, payload));
    const auto* begin = reinterpret_cast<const std::byte*>(builder.GetBufferPointer());
    Bytes bytes(begin, begin + builder.GetSize());
    builder.Clear();
    return bytes;
}

}  // namespace bv

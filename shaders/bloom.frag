// Half-size copies of what glows: first the picture times its alpha (how much a pixel glows), then the copy before.
#version 460
layout(constant_id = 0) const bool first = true;
layout(set = 0, binding = 0) uniform sampler2D source;
layout(location = 0) in vec2 in_at;
layout(location = 0) out vec4 out_color;

vec3 light(vec2 at) {
    const vec4 texel = texture(source, at);
    return first ? texel.rgb * texel.a : texel.rgb;
}

void main() {
    // Thirteen taps, so that a single bright pixel does not flicker when it moves.
    const vec2 t = 1.0 / vec2(textureSize(source, 0));
    vec3 sum = 0.125 * light(in_at);
    for (int i = 0; i < 4; ++i) {
        const vec2 corner = vec2((i & 1) * 2 - 1, (i >> 1) * 2 - 1);
        sum += 0.125 * light(in_at + corner * t);
        sum += 0.03125 * light(in_at + 2.0 * corner * t);
        sum += 0.0625 * light(in_at + 2.0 * t * (i < 2 ? vec2(corner.x, 0.0) : vec2(0.0, (i & 1) * 2 - 1)));
    }
    out_color = vec4(sum, 1.0);
}

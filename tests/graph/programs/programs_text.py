"""Text in functions: splitting, joining, matching, numbers, code points, tables, records."""

from traced import attempt, each

WORDS = ["the quick brown", " fox  jumps", "", "over"]


def split_and_join(tf):
    @tf.function
    def f(x):
        parts = tf.strings.split(x)
        return parts, tf.strings.reduce_join(parts, axis=1, separator="-"), parts.row_lengths()

    return f(tf.constant(WORDS))


def split_by_a_separator(tf):
    @tf.function
    def f(x):
        return tf.strings.split(x, sep=","), tf.strings.split(x, ",", maxsplit=1).to_tensor("?")

    return f(tf.constant(["a,b,,c", ",", "no"]))


def split_of_a_scalar(tf):
    def f(x):
        parts = tf.strings.split(x, " ")
        return parts, tf.size(parts), parts[-1]

    return each(tf, f, tf.constant("one two three"), tf.constant(""))


def words_in_a_loop(tf):
    @tf.function
    def f(x):
        total, longest = 0, tf.constant("")
        for word in tf.strings.split(x):
            n = tf.strings.length(word)
            total += n
            if n > tf.strings.length(longest):
                longest = word
        return total, longest

    return f(tf.constant("a sentence of several words"))


def text_grown_in_a_loop(tf):
    @tf.function
    def f(n):
        text = tf.constant("")
        for i in tf.range(n):
            text += tf.strings.as_string(i)
            if i < n - 1:
                text = tf.strings.join([text, "+"])
        return text

    return f(tf.constant(4)), f(tf.constant(0))


def join_with_broadcasting(tf):
    @tf.function
    def f(x, y):
        return tf.strings.join([x, y], separator=":"), x + y, "<" + x + ">"

    return f(tf.constant(["a", "b"]), tf.constant("c"))


def reduced_over_axes(tf):
    @tf.function
    def f(x):
        return (
            tf.strings.reduce_join(x),
            tf.strings.reduce_join(x, 0),
            tf.strings.reduce_join(x, [0, 1], separator="/"),
            tf.strings.reduce_join(x, -1, keepdims=True),
        )

    return f(tf.constant([["a", "b"], ["c", "d"]]))


def regular_expressions(tf):
    @tf.function
    def f(x):
        return (
            tf.strings.regex_replace(x, r"(\d+)-(\d+)", r"\2/\1"),
            tf.strings.regex_replace(x, "[aeiou]", "*", replace_global=False),
            tf.strings.regex_full_match(x, r"\w+ \d+-\d+"),
        )

    return f(tf.constant(["day 12-34", "none", "x 1-2 y 3-4"]))


def wrong_regular_expressions(tf):
    def f(x):
        return tf.strings.regex_replace(x, "(", "a")

    def g(x):
        return tf.strings.regex_full_match(x, "[")

    return each(tf, f, tf.constant("a")), each(tf, g, tf.constant("a"))


def formats(tf):
    @tf.function
    def f(x, y):
        return (
            tf.strings.format("x: {}", x),
            tf.strings.format("{}, {}", (x, y)),
            tf.strings.format("%t% and %t%", [y, x], placeholder="%t%"),
            tf.strings.format("{}", tf.range(20.0), summarize=2),
        )

    return f(tf.constant([[1.5, 2.0], [3.0, 4.25]]), tf.constant(["a", "b"]))


def numbers_as_text(tf):
    @tf.function
    def f(x, k):
        return (
            tf.strings.as_string(x),
            tf.strings.as_string(x, precision=2),
            tf.strings.as_string(x, scientific=True),
            tf.strings.as_string(x, shortest=True),
            tf.strings.as_string(x, width=8, precision=1, fill="0"),
            tf.strings.as_string(k, width=4, fill="-"),
            tf.strings.as_string(k > 2),
        )

    return f(tf.constant([1.5, -0.25, 1e10]), tf.constant([1, 234]))


def text_as_numbers(tf):
    def f(x):
        return (
            tf.strings.to_number(x),
            tf.strings.to_number(x, tf.float64),
            tf.strings.to_number(x, tf.int32),
            tf.strings.to_number(x, tf.int64),
        )

    return each(tf, f, tf.constant(["1", "-20"]), tf.constant(["1.5"]), tf.constant([" 7 "]))


def text_that_is_no_number(tf):
    def f(x):
        return tf.strings.to_number(x)

    return each(tf, f, *(tf.constant(t) for t in ("a", "", "1e3", "inf", "nan", "0x10", "1_0")))


def lengths_in_bytes_and_characters(tf):
    @tf.function
    def f(x):
        wide = tf.strings.length(x, unit="UTF8_CHAR")
        return tf.strings.length(x), wide, tf.strings.bytes_split(x)

    return f(tf.constant(["abc", "", "gr\u00fc\u00dfe", "\u65e5\u672c"]))


def parts_of_text(tf):
    def f(x):
        return (
            tf.strings.substr(x, 1, 2),
            tf.strings.substr(x, -3, 2),
            tf.strings.substr(x, [0, 1], [1, 100]),
            tf.strings.substr(x, 1, 1, unit="UTF8_CHAR"),
        )

    return each(tf, f, tf.constant(["hello", "w\u00f6rld"]), tf.constant(["", "a"]))


def upper_and_lower(tf):
    @tf.function
    def f(x):
        return (
            tf.strings.upper(x),
            tf.strings.lower(x),
            tf.strings.upper(x, encoding="utf-8"),
            tf.strings.lower(x, encoding="utf-8"),
            tf.strings.strip(x),
        )

    return f(tf.constant([" MiXed ", "\u00c4\u00f6\u00dc\t"]))


def hashed_buckets(tf):
    @tf.function
    def f(x):
        return (
            tf.strings.to_hash_bucket_fast(x, 1000),
            tf.strings.to_hash_bucket_strong(x, 100, key=[1, 2]),
        )

    return f(tf.constant(["a", "hello", ""]))


def code_points(tf):
    @tf.function
    def f(x):
        points = tf.strings.unicode_decode(x, "UTF-8")
        return points, tf.strings.unicode_encode(points + 1, "UTF-8"), points.to_tensor(-1)

    return f(tf.constant(["abc", "\u00e9\u65e5", ""]))


def code_points_with_offsets(tf):
    @tf.function
    def f(x):
        points, starts = tf.strings.unicode_decode_with_offsets(x, "UTF-8")
        chars = tf.strings.unicode_split(x, "UTF-8")
        return points, starts, chars

    return f(tf.constant(["a\u00e9b", "\u65e5"]))


def transcoded(tf):
    @tf.function
    def f(x):
        return (
            tf.strings.unicode_transcode(x, "UTF-8", "UTF-16-BE"),
            tf.strings.unicode_transcode(x, "US ASCII", "UTF-8", errors="replace"),
        )

    return f(tf.constant(["ab", "\u00e9"]))


def broken_code_points(tf):
    def f(x):
        return tf.strings.unicode_decode(x, "UTF-8", errors="strict")

    def g(x):
        return tf.strings.unicode_decode(x, "UTF-8", errors="ignore")

    def h(x):
        return tf.strings.unicode_decode(x, "UTF-8")

    return [each(tf, c, tf.constant(b"a\xffb")) for c in (f, g, h)]


def ngrams(tf):
    @tf.function
    def f(x):
        parts = tf.strings.split(x)
        return (
            tf.strings.ngrams(parts, 2),
            tf.strings.ngrams(parts, [1, 2], pad_values=("<", ">"), separator="_"),
        )

    return f(tf.constant(["a b c", "d"]))


def comparisons_of_text(tf):
    def f(x, y):
        return x == y, x != y, tf.reduce_any(x == "b")

    def g(x, y):
        return x < y

    points = (tf.constant(["a", "b"]), tf.constant(["b", "b"]))
    return each(tf, f, points), each(tf, g, points)


def branches_on_text(tf):
    def f(x):
        if x == "double":
            return 2
        elif tf.strings.regex_full_match(x, "t.*"):
            return 3
        return 1

    return each(tf, f, *(tf.constant(t) for t in ("double", "triple", "")))


def text_as_a_python_string(tf):
    def f(x, how="a"):
        return tf.strings.join([x, how]), f"{how}!"

    traced = tf.function(f)
    return attempt(traced, "p"), attempt(traced, tf.constant("q"), "r")


def sorting_and_unique_words(tf):
    @tf.function
    def f(x):
        words, index, count = tf.unique_with_counts(tf.strings.split(x))
        return words, index, count, tf.gather(words, tf.argsort(count, direction="DESCENDING"))

    return f(tf.constant("a b a c b a"))


def stacked_padded_and_gathered_text(tf):
    @tf.function
    def f(x):
        y = tf.concat([x, ["z"]], 0)
        return (
            tf.stack([y, y], 1),
            tf.gather(y, [2, 0]),
            tf.boolean_mask(y, y != "b"),
            tf.where(y == "b", "?", y),
            tf.pad(y, [[1, 0]], constant_values="#"),
            tf.tile(y[:1], [3]),
            tf.reverse(y, [0]),
            tf.fill([2], "f"),
            tf.zeros([2], tf.string),
        )

    return attempt(f, tf.constant(["a", "b"]))


def text_in_tensor_arrays(tf):
    @tf.function
    def f(x):
        found = tf.TensorArray(tf.string, size=0, dynamic_size=True)
        for i in tf.range(tf.size(x)):
            if tf.strings.length(x[i]) > 1:
                found = found.write(found.size(), tf.strings.upper(x[i]))
        return found.stack()

    return attempt(f, tf.constant(["a", "bb", "ccc"]))


def maps_of_text(tf):
    @tf.function
    def f(x):
        return tf.map_fn(tf.strings.length, x, fn_output_signature=tf.int32), tf.map_fn(
            lambda s: tf.strings.join([s, s]), x
        )

    return f(tf.constant(["a", "bb"]))


def text_gradients_are_none(tf):
    @tf.function
    def f(x):
        return tf.strings.to_number(tf.strings.as_string(x)) * x

    x = tf.constant([1.5, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return y, tape.gradient(y, x)


def static_table(tf):
    keys, values = tf.constant(["a", "b"]), tf.constant([1.0, 2.0])
    table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(keys, values), -1.0)

    @tf.function
    def f(x, w):
        found = table.lookup(x)
        return found * w, table.size(), table[x]

    w = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(w)
        y, n, z = f(tf.constant(["b", "c", "a"]), w)
    return y, n, z, tape.gradient(y, w)


def vocabulary_with_unknown_words(tf):
    initial = tf.lookup.KeyValueTensorInitializer(["x", "y"], tf.constant([0, 1], tf.int64))
    table = tf.lookup.StaticVocabularyTable(initial, num_oov_buckets=3)

    @tf.function
    def f(x):
        return table.lookup(x), table.size()

    return f(tf.constant(["y", "z", "q", "x"])), attempt(f, tf.constant(["y"]))


def mutable_table_in_a_loop(tf):
    table = tf.lookup.experimental.MutableHashTable(tf.string, tf.int64, 0)

    @tf.function
    def count(words):
        for w in words:
            table.insert(w[None], table.lookup(w[None]) + 1)
        return table.size()

    n = count(tf.constant(["a", "b", "a"]))
    return n, table.lookup(tf.constant(["a", "b", "c"]))


def tables_refuse_other_dtypes(tf):
    table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["a"], [1]), 0)

    def f(x):
        return table.lookup(x)

    return each(tf, f, tf.constant(["a"]), tf.constant([1]), tf.constant([[["a"]]]))


def decoded_csv(tf):
    @tf.function
    def f(lines):
        return tf.io.decode_csv(lines, [[1.5], tf.constant([], tf.int32), ["none"]])

    def wrong(lines):
        return tf.io.decode_csv(lines, [[1.5], tf.constant([], tf.int32), ["none"]])

    lines = tf.constant(["2.5,3,a", ",4,", '1,5,"b,c"'])
    return f(lines), each(tf, wrong, tf.constant(["1.0,,a"]), tf.constant(["1.0"]))


def csv_with_options(tf):
    @tf.function
    def f(line):
        options = {"field_delim": ";", "na_value": "NA", "select_cols": [0, 2]}
        return tf.io.decode_csv(line, [[0], [0.0]], **options)

    return f(tf.constant("1;2;3")), f(tf.constant("NA;;"))


def parsed_examples(tf):
    def example(**features):
        return tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString()

    def floats(*v):
        return tf.train.Feature(float_list=tf.train.FloatList(value=v))

    def ints(*v):
        return tf.train.Feature(int64_list=tf.train.Int64List(value=v))

    def text(*v):
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=v))

    rows = [example(x=floats(1.0, 2.0), k=ints(3), s=text(b"a", b"b")), example(x=floats(3.0, 4.0))]
    spec = {
        "x": tf.io.FixedLenFeature([2], tf.float32),
        "k": tf.io.FixedLenFeature([], tf.int64, default_value=-1),
        "s": tf.io.VarLenFeature(tf.string),
    }

    @tf.function
    def f(serialized):
        found = tf.io.parse_example(serialized, spec)
        return found["x"] * 2.0, found["k"], tf.sparse.to_dense(found["s"], default_value="")

    return f(tf.constant(rows)), tf.io.parse_single_example(rows[0], spec)["x"]


def base64_and_raw(tf):
    @tf.function
    def f(x):
        code = tf.io.encode_base64(x)
        return code, tf.io.decode_base64(code), tf.io.decode_raw(x, tf.uint8)

    return f(tf.constant(["hell", "abcd"]))

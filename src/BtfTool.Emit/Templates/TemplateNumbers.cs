using System.Globalization;

namespace BtfTool.Emit.Templates;

/// <summary>Arithmetic of templates: whole numbers stay whole and end at the ends of 64 bits.</summary>
internal static class TemplateNumbers
{
    /// <summary>What is done with two numbers.</summary>
    public enum Operation
    {
        /// <summary>Their sum.</summary>
        Add,

        /// <summary>Their difference.</summary>
        Subtract,

        /// <summary>Their product.</summary>
        Multiply,

        /// <summary>Their quotient, towards 0; 0 where the second is 0.</summary>
        Divide,

        /// <summary>What a division leaves; 0 where the second is 0.</summary>
        Remainder,
    }

    private const double MostExact = 1L << 53;

    /// <summary>Reads a number, also from a text of digits.</summary>
    /// <param name="value">Any value.</param>
    /// <param name="number">The number where it is whole.</param>
    /// <param name="real">The number where it is not; else 0.</param>
    public static bool TryRead(object? value, out Int128 number, out double real)
    {
        (number, real) = (0, 0);
        switch (value)
        {
            case long or int or uint or short or ushort or byte or sbyte:
                number = Convert.ToInt64(value, CultureInfo.InvariantCulture);
                return true;
            case ulong large:
                number = large;
                return true;
            case double or float or decimal:
                real = Convert.ToDouble(value, CultureInfo.InvariantCulture);
                if (real == Math.Floor(real) && Math.Abs(real) <= MostExact)
                {
                    // The library has numbers of a template as these.
                    (number, real) = ((Int128)real, 0);
                }

                real = double.IsFinite(real) ? real : 0;
                return true;
            case string text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long parsed):
                number = parsed;
                return true;
            default:
                return false;
        }
    }

    /// <summary>The order of two numbers; null where one is none.</summary>
    public static int? Compare(object? a, object? b) =>
        !TryRead(a, out Int128 x, out double realX) || !TryRead(b, out Int128 y, out double realY) ? null
        : realX != 0 || realY != 0 ? (realX + (double)x).CompareTo(realY + (double)y) : x.CompareTo(y);

    /// <summary>Applies an operation from left to right; what is no number counts as 0.</summary>
    public static object Fold(IReadOnlyList<object?> values, Operation operation)
    {
        object result = Narrow(values[0]);
        for (int i = 1; i < values.Count; i++)
        {
            _ = TryRead(result, out Int128 x, out double realX);
            _ = TryRead(values[i], out Int128 y, out double realY);
            result = realX != 0 || realY != 0 ? Apply(realX + (double)x, realY + (double)y, operation)
                : Narrow(Apply(x, y, operation));
        }

        return result;
    }

    /// <summary>The sum of a field over the items of a list.</summary>
    public static object Sum(object? list, string field)
    {
        Int128 sum = 0;
        double real = 0;
        foreach (object? item in list as IEnumerable<object?> ?? [])
        {
            if (item is ModelObject fields && TryRead(fields.GetValueOrDefault(field), out Int128 number, out double part))
            {
                sum = Int128.Clamp(sum + number, long.MinValue, ulong.MaxValue);
                real += part;
            }
        }

        return real != 0 ? real + (double)sum : Narrow(sum);
    }

    /// <summary>A number as C writes it in hexadecimal, with at least so many digits; what is no whole number stays as it is.</summary>
    public static string Hex(object? value, object? digits)
    {
        if (!TryRead(value, out Int128 number, out double real) || real != 0)
        {
            return TemplateValues.TextOf(value);
        }

        _ = TryRead(digits, out Int128 least, out _);
        string text = Int128.Abs(number).ToString("x", CultureInfo.InvariantCulture).TrimStart('0').PadLeft((int)Int128.Clamp(least, 1, 32), '0');
        return (number < 0 ? "-0x" : "0x") + text;
    }

    private static object Narrow(object? value)
    {
        _ = TryRead(value, out Int128 number, out double real);
        return real != 0 ? real : Narrow(number);
    }

    private static object Narrow(Int128 number)
    {
        if (number > long.MaxValue)
        {
            ulong large = (ulong)Int128.Min(number, ulong.MaxValue);
            return large;
        }

        long small = (long)Int128.Max(number, long.MinValue);
        return small;
    }

    // Two numbers of 64 bits: no result is beyond 128.
    private static Int128 Apply(Int128 x, Int128 y, Operation operation) => operation switch
    {
        Operation.Add => x + y,
        Operation.Subtract => x - y,
        Operation.Multiply => x * y,
        Operation.Divide => y == 0 ? 0 : x / y,
        _ => y == 0 ? 0 : x % y,
    };

    private static double Apply(double x, double y, Operation operation) => operation switch
    {
        Operation.Add => x + y,
        Operation.Subtract => x - y,
        Operation.Multiply => x * y,
        Operation.Divide => y == 0 ? 0 : x / y,
        _ => y == 0 ? 0 : x % y,
    };
}
